"""What devices announce by themselves: received, understood, kept from flooding us."""
