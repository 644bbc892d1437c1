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
    "services": "agent.collectors.services",
    "tasks": "agent.collectors.tasks",
    "users": "agent.collectors.users",
    "groups": "agent.collectors.groups",
    "certificates": "agent.collectors.certificates",
    "containers": "agent.collectors.containers",
    "images": "agent.collectors.images",
    "guests": "agent.collectors.guests",
    "usb": "agent.collectors.usb",
    "monitors": "agent.collectors.monitors",
    "batteries": "agent.collectors.batteries",
    "printers": "agent.collectors.printers",
    "updates": "agent.collectors.updates",
    "security": "agent.collectors.security",
    "routes": "agent.collectors.routes",
    "dns": "agent.collectors.dns",
}
