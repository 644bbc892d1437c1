"""A person's way through the pages, in Chromium, over the real site."""
