"""Words of precedence."""

from web.presenters.reader import Reader


def strategy_name(code: str, reader: Reader) -> str:
    """Return how an attribute is decided, in the reader's words."""
    names = {
        "highest_source": reader.gettext("the highest source"),
        "latest": reader.gettext("the word confirmed last"),
        "most_reported": reader.gettext("what most sources say"),
        "largest": reader.gettext("the largest value"),
    }
    return names.get(code, code)
