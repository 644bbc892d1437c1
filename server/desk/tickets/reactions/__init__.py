"""What follows from what happens to tickets: lines that say so, clocks, and people who hear."""
