"""What the catalogue of requests and its orders refuse, in the reader's language.

``web.presenters.faults`` asks these tables.
"""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the reader's words for whole sentences."""
    return {
        **_orders(reader),
        "must be ticked": reader.gettext("Please tick this."),
        "is not asked for": reader.gettext("This is not asked for any more."),
        "must be text": reader.gettext("This must be text."),
        "must be text without control characters": reader.gettext("This must be text."),
        "must be a short text": reader.gettext("This must be a short text."),
        "must not hold control characters": reader.gettext("This must be text."),
        "must be a date, as 2026-03-02": reader.gettext("A date is written 2025-01-31."),
        "must be a number of something": reader.gettext("Choose one of the list."),
        "must be a list of choices": reader.gettext("Choose one of the list."),
        "must be a list of values": reader.gettext("Tick at least one value."),
        "waits in a circle for itself": reader.gettext("This waits in a circle for itself."),
        "is taken by another question": reader.gettext("Another question has this code."),
        "is taken by another task": reader.gettext("Another task has this code."),
        "must be everyone, or name groups or organisations": reader.gettext(
            "Choose everybody, or name groups or organisations."
        ),
        "is for everyone, or for those named, and not both": reader.gettext(
            "Choose everybody, or name groups or organisations."
        ),
        "narrows a question of the type item only": reader.gettext(
            "This is for questions about an item only."
        ),
        "belong to a question of the type choice or choices": reader.gettext(
            "Only questions with a list have something to choose from."
        ),
    }


def _orders(reader: Reader) -> dict[str, str]:
    return {
        "this has been done already": reader.gettext("This has been done already."),
        "you were not asked about this order": reader.gettext(
            "You were not asked about this order."
        ),
        "its turn has not come, or it is over": reader.gettext(
            "Its turn has not come yet, or the order is over."
        ),
        "the order does not wait for approval": reader.gettext(
            "The order does not wait for approval."
        ),
        "nobody decides about what they asked for themselves": reader.gettext(
            "Nobody decides about what they asked for themselves."
        ),
        "the ticket names nobody to whom something could be handed over": reader.gettext(
            "The ticket names nobody to whom something could be handed over."
        ),
        "an order is taken back by whom it is for, or who placed it": reader.gettext(
            "An order is taken back by whom it is for, or who placed it."
        ),
    }


def patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return (regular expression, the reader's words with its named groups)."""
    return (
        (
            r"must be a table of 1 to (?P<number>\d+) choices",
            reader.gettext("Give something to choose from: one choice a line, at most %(number)s."),
        ),
        (
            r"there is no question (?P<code>\w+)(?: of the type item)?",
            reader.gettext("The question that this looks at is gone. Choose another one."),
        ),
        (
            r"there is no task (?P<code>\w+)",
            reader.gettext("The task that this comes after is gone. Choose another one."),
        ),
        (
            r"must be a question of the type .+",
            reader.gettext("Choose a question with a list, or with a box to tick."),
        ),
        (
            r".+ is not one of .+",
            reader.gettext("One of these values is gone. Tick those that count."),
        ),
        (
            r"must be a list of at most (?P<number>\d+)",
            reader.gettext("At most %(number)s are allowed here."),
        ),
        (
            r"the offering (?P<code>\w+) is not published",
            reader.gettext("It is not published."),
        ),
        (
            r"the offering (?P<code>\w+) was published; retire it",
            reader.gettext("It was published once: offer it no longer instead."),
        ),
        (
            r"version (?P<version>\d+) of (?P<code>\w+) is no longer offered.+",
            reader.gettext("This version is no longer offered."),
        ),
    )
