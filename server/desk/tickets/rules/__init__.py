"""What is decided about tickets, without a database: words, moves, priority, suspects."""
