"""SNMP: credentials, sessions, bounded table reading. ``client`` alone knows pysnmp."""
