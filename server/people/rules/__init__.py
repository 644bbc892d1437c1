"""What people decides without looking anything up: pure functions and shipped data."""
