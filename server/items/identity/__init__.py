"""What people decide about identity: the review queue, merging, splitting, and junk values.

`reviewing` answers questions that wait, `merging` acts on whole items and undoes it, `junk` keeps
the list of values that identify nobody; `queries` and `explaining` read, `api` is REST over them.
"""
