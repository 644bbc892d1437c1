"""Why one value is not taken: raised by the readers of a type, turned into ``InvalidValue`` above.

The readers do not know which attribute they read for; ``validate`` does and names it.
"""


class Refusal(Exception):
    """The value cannot be read; the text says what is expected instead."""


def shown(raw: object) -> str:
    """Return a value as it may stand in a message: short, on one line.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"
    """
    text = raw if isinstance(raw, str) else f"{type(raw).__name__} {raw!r}"
    short = text if len(text) <= 38 else f"{text[:37]}…"
    return repr(short) if isinstance(raw, str) else short
