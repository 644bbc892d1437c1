"""What is decided about changes, without a database: moves, risk, who must approve, what voids."""
