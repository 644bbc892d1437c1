"""The headless desk: REST, jobs, people, tickets, changes, and the command line."""
