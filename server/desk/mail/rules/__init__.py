"""What is decided about a letter without a database: what it says, who sent it, what it answers."""
