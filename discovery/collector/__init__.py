"""The collector: fetches errands from a server, does them where it stands, brings the results."""
