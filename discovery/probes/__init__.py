"""Probes: one file, one question to a device.

A probe is ``async def ask(device: Conversation) -> Harvest``. It raises SnmpError when it got
nothing, and says in the harvest's complaints what it missed. Probes know nothing of each other.
"""
