"""Setting up mailboxes, fetching letters, taking them in, and deciding about those held."""
