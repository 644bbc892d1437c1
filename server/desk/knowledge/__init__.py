"""Short articles that solve what came before, for agents or for everybody."""
