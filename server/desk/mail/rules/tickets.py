"""What a letter becomes: the title and the text of a ticket, and the item that it names."""

from collections.abc import Mapping

from server.desk.mail.rules.cutting import without_signature
from server.desk.mail.rules.letters import Letter

_LONGEST_TITLE = 255
_LONGEST_TEXT = 100_000
_LONGEST_LOOKED_AT = 20_000
#: Shorter names stand in any text by chance.
_SHORTEST_NAME = 4


def title_of(letter: Letter) -> str:
    r"""Return the subject, else the first line of the text, else the first file; never empty.

    >>> title_of(Letter(text="\n  The printer is on fire\nHelp")), title_of(Letter())
    ('The printer is on fire', '…')
    """
    lines = (" ".join(line.split()) for line in (letter.subject, *letter.text.splitlines()))
    found = next((line for line in lines if line), "") or _file_names(letter) or "…"
    return found if len(found) <= _LONGEST_TITLE else found[: _LONGEST_TITLE - 1] + "…"


def description_of(letter: Letter) -> str:
    """Return the text without signature: what somebody passes on is often the matter itself."""
    return _bounded(without_signature(letter.text))


def words_of_entry(letter: Letter) -> str:
    """Return what is new in an answer; names of files where there are no words. "" for neither."""
    return _bounded(letter.said.strip() or letter.text.strip()) or _file_names(letter)


def named_item(letter: Letter, names: Mapping[int, tuple[str, ...]]) -> int | None:
    """Return the one of some items whose name or serial number the letter holds; else None.

    ``names``: what each item is called. Two that fit are none.

    >>> named_item(Letter(subject="LT-2041 is slow"), {7: ("lt-2041", "5CD1"), 8: ("lt-20",)})
    7
    """
    text = f"{letter.subject}\n{letter.text[:_LONGEST_LOOKED_AT]}".casefold()
    found = [item for item, called in names.items() if any(_stands_in(one, text) for one in called)]
    return found[0] if len(found) == 1 else None


def _stands_in(name: str, text: str) -> bool:
    word = name.strip().casefold()
    if len(word) < _SHORTEST_NAME:
        return False
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not _joins(text[start - 1 : start]) and not _joins(text[end : end + 1]):
            return True
        start = text.find(word, start + 1)
    return False


def _joins(letter: str) -> bool:
    return letter.isalnum() or letter in ("-", "_") if letter else False


def _file_names(letter: Letter) -> str:
    return ", ".join(one.file_name for one in letter.files)[:_LONGEST_TITLE]


def _bounded(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
