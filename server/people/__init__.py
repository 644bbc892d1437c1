"""People: who they are to us, how they prove it, what they may do, and where they come from."""
