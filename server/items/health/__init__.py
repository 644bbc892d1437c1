"""How right the register is, as numbers: measured every night, and confirmed by owners.

``measuring`` reads and judges items, ``jobs`` stores what was found, ``queries`` tells it by class,
organisation and owner, ``campaigns`` asks owners to confirm what is theirs.
"""
