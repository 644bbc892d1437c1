"""Is it there, and how does one get there? ICMP echo, TCP, the route, and names; all bounded."""
