"""What is owned, paid for and promised around items: contracts today."""
