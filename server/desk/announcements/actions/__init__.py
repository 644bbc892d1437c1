"""Writing announcements, telling them, and ending them."""
