"""What is decided about service levels, without a database: working time, targets, clocks."""
