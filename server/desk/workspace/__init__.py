"""What one page shows, composed from tickets, changes and the register in few queries."""
