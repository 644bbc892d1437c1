"""The one door into the register."""
