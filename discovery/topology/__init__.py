"""What neighbour tables mean: pure functions over findings."""
