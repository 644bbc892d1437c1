"""Mailboxes and letters, as the actor may see them."""
