"""The past of the register: items and lists as of a moment, baselines and drift, and retention.

``recalling`` rebuilds what was recorded, ``listing`` lists it, ``baselines`` keep what was on
purpose, ``drifting`` notices what left them, ``sealing`` hashes closed ranges of history and lets
old ones go.
"""
