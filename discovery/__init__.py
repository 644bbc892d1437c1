"""Network discovery: devices are asked over SNMP and become observations."""
