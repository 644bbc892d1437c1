"""What suffers when something fails, why, and what would.

`engine` says what is asked and by which rules; `report` and `values` what is answered. There are
two engines: `reference`, short and over networkx, the one to read and the oracle of the tests; and
`portable`, the default, over the arrays in `compact`. `causes` (with `cause_ranking`) and
`collisions` are the words of two further questions, each with a `reference_…` beside it;
`availability` and `starting` are answered from what the engines say.
"""
