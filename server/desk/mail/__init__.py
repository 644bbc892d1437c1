"""Mail that becomes tickets: letters are fetched, read, and taken in or held."""
