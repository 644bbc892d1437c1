"""What may be seen of people, groups, organisations, roles, tokens and directories."""
