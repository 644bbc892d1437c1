"""Who hears what, and where: in the pages, and by e-mail through the outbox."""
