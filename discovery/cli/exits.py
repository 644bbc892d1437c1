"""Exit codes, the same for all commands."""

FOUND, NOTHING, USAGE, UNREAD, NO_NETWORK, INTERRUPTED = 0, 1, 2, 3, 4, 130

EXIT_CODES = """\b
Exit codes: 0 found; 1 nothing answered; 2 wrong usage or unreadable file;
3 answered, but could not be read; 4 this machine could not send; 130 stopped.
"""
