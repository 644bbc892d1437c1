"""Why one value is not taken: raised by the readers of a type, turned into ``InvalidValue`` above.

The readers do not know which attribute they read for; ``validate`` does and names it.
"""

_KINDS = {list: "a list", tuple: "a list", dict: "an object", int: "a number of many digits"}


class Refusal(Exception):
    """The value cannot be read; the text says what is expected instead."""


def shown(raw: object) -> str:
    """Return a value as it may stand in a message: short, on one line, however large it is.

    >>> shown("x" * 100), shown(12), shown([1, 2])
    ("'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'", '12', 'a list')
    """
    if isinstance(raw, str):
        return repr(raw if len(raw) <= 38 else f"{raw[:37]}…")
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, float) or (isinstance(raw, int) and abs(raw) < 2**64):
        return repr(raw)
    return _KINDS.get(type(raw), f"a {type(raw).__name__}")
