"""How the machine is read. Several collectors may ask the same source; it answers once."""
