"""The HTTP edge: requests come in, problems go out. Flask's globals stay here, in api and pages."""
