"""Whose word wins: rules of precedence, trials of them, overrides that expire, words taken back.

``setting`` changes and tries precedence, ``words`` acts on what was said of one item, ``jobs``
decides anew when words expire or sources go silent.
"""
