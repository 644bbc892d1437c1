"""Inside the portable engine: a graph as plain arrays, how it is built, walked and read back.

From register to answer: `columns` (what is given), `resolving` and `grouping` (numbers to places,
groups to counters), `build` (sorting into `arrays`); `narrow` and `wide` walk, for the passes in
`spread`; `report` and `readback` turn places into items again. `closure`, `contingency` (within a
`cone`), `colliding` and `causing` ask other questions of the same arrays; the last guesses
(`suspects`, by a `sweep`) before it gathers `evidence`. What falls, and nothing more, is `cascade`.
"""
