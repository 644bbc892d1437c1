"""What is decided about telling people, without a database: when, and in which words."""
