"""What a device told at its last visit, over REST: its ports, and who is connected by radio."""
