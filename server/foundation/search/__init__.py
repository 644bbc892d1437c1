"""Finding text: words brought to their stems in the languages that people here write."""
