"""Discovery from the server: credentials, and devices asked by job."""
