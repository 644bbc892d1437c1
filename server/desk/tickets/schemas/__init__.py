"""The wire format of tickets and of what belongs to them."""
