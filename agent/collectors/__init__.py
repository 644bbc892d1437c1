"""The questions asked of a machine: section of the report, module that answers it.

Each module has one function, `collect(machine)`, and knows no other collector. What it returns
must be the same for an unchanged machine: what moves by itself belongs to agent/readings.py.
"""

SECTIONS = {
    "identity": "agent.collectors.identity",
    "hardware": "agent.collectors.hardware",
    "os": "agent.collectors.operating_system",
    "cpus": "agent.collectors.cpus",
    "memory": "agent.collectors.memory",
    "disks": "agent.collectors.disks",
    "filesystems": "agent.collectors.filesystems",
    "interfaces": "agent.collectors.interfaces",
    "software": "agent.collectors.software",
    "listeners": "agent.collectors.listeners",
    "connections": "agent.collectors.connections",
}
