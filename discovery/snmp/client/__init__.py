"""SNMP over pysnmp: no other package imports it.

pysnmp's high-level calls keep a row per target in their engine, look communities up by walking
these rows, and retry on a clock of their own. Here pysnmp encodes and decodes (v1, v2c) and keeps
the security state of SNMPv3; sending, waiting and retrying are ours: nothing stays behind after a
device, a late answer to the first try still counts, and an answer is taken only from the address
that was asked.
"""

from discovery.snmp.client.session import SnmpClient

__all__ = ["SnmpClient"]
