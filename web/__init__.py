"""The pages: what a person sees of the server's queries and actions."""
