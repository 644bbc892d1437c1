"""When what comes again is due, and what a macro may do. Pure."""
