"""Software licences: what may be used, what is installed, and whether the one covers the other."""
