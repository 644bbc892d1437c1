"""Business services: found an entry point for, drawn, and kept true by what is seen later.

The top layer is assisted: members are proposed from what was seen, a person decides, and what is
found later is proposed again, never added silently.
"""
