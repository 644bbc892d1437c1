"""Following one item or service: one is told what happens to it."""
