"""The desk's words in the language of whoever reads the page."""

from server.desk.changes.rules.words import shipped_words as change_words
from server.desk.tickets.queries.words import words_of
from server.foundation.edge.requests import current_session
from web.pages.frame import reader
from web.presenters.changes import ChangeWording
from web.presenters.tickets import Wording


def ticket_wording() -> Wording:
    """Return the words of tickets as they are in force."""
    return Wording(words_of(current_session()), reader().language)


def change_wording() -> ChangeWording:
    """Return the words of changes."""
    return ChangeWording(change_words(), reader().language)
