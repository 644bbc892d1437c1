"""Is it there, and how does one get there? ICMP echo, TCP, the route, names, SNMP; all bounded."""
