"""SNMP over the network: ``SnmpClient``. No other package imports pysnmp.

SNMPv1 and SNMPv2c go through our own ``codec``; pysnmp keeps the security state of SNMPv3 and
encodes and decodes it. Sending, waiting, retrying and pacing are ours for all versions: nothing
stays behind after a device, a late answer to the first try still counts, and an answer is taken
only from the address that was asked.
"""

from discovery.snmp.client.session import SnmpClient

__all__ = ["SnmpClient"]
