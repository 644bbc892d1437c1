"""What is known about makes and models: tables as data (TOML), and how they are read.

The tables stand beside this file; an administrator's own file is read before them and has the same
form. How a rule is written is explained at the head of ``network.toml``.
"""
