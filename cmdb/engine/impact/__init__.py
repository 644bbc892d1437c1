"""What suffers when something fails, why, and what would.

`engine` says what is asked and by which rules; `report` and `values` what is answered. There are
two engines: `reference`, short and over networkx, the one to read and the oracle of the tests; and
`portable`, the default, over the arrays in `compact`.
"""
