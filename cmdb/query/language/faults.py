"""What is wrong with a query: which word, where, and what was expected."""

from cmdb.errors import InvalidValue


class QueryFault(InvalidValue):
    """The query cannot be understood. ``word`` stands at character ``at`` (from 0)."""

    def __init__(self, why: str, word: str = "", at: int = 0) -> None:
        self.why = why
        self.word = word
        self.at = at
        named = f"{word[:60]!r} at character {at + 1}: " if word else ""
        super().__init__({"query": f"{named}{why}"})
