"""SNMPv1 and SNMPv2c messages to octets and back (BER, X.690; RFC 1157, RFC 3416).

Without a socket, for the hot path of discovery: a generic ASN.1 decoder makes a dozen objects of
each variable, this one makes the value. pysnmp is its oracle in the tests.
"""
