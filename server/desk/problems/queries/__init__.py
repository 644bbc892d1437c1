"""Reading problems for an actor: what is out of sight does not exist."""
