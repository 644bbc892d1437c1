"""The desk's words in the language of whoever reads the page."""

from server.desk.changes.rules.words import shipped_words as change_words
from server.desk.tickets.rules.words import shipped_words as ticket_words
from web.pages.frame import reader
from web.presenters.changes import ChangeWording
from web.presenters.tickets import Wording


def ticket_wording() -> Wording:
    """Return the words of tickets."""
    return Wording(ticket_words(), reader().language)


def change_wording() -> ChangeWording:
    """Return the words of changes."""
    return ChangeWording(change_words(), reader().language)
