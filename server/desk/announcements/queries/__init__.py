"""Reading announcements, and whom they concern."""
