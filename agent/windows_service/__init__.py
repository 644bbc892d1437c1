"""The agent as a service of Windows: the control manager, the loop in it, making it."""
