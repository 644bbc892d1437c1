"""What people do with lists of items: views they keep, and edits of many items at once."""
