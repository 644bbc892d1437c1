"""What is known to be wrong with installed software: vulnerabilities and ends of support.

From files that an administrator brings; the server itself asks nobody.
"""
