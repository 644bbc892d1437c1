"""What is decided about availability, without a database: spans of time, months, levels."""
