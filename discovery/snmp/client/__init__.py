"""SNMP over the network: ``SnmpClient``. No other package imports pysnmp.

All versions go through our own ``codec``; pysnmp speaks SNMPv3 where it is asked to, as the oracle
of the tests. Sending, waiting, retrying and pacing are ours for all versions: nothing
stays behind after a device, a late answer to the first try still counts, and an answer is taken
only from the address that was asked.
"""

from discovery.snmp.client.session import SnmpClient

__all__ = ["SnmpClient"]
