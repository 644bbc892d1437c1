"""The corners of the changes: list, inbox, board, rules; who may go where."""

from server.desk.changes.queries import ChangeFilter, count_changes
from server.desk.ordering.queries import count_deciding
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.frame import url_for
from web.presenters.lists import Tab


def corners() -> list[Tab]:
    """Return the corners that the reader may enter, each with what waits there."""
    session, actor = current_session(), current_actor()
    waiting = count_changes(session, actor, ChangeFilter(waiting=True))
    waiting += count_deciding(session, actor)
    found = [Tab("inbox", gettext("Approval inbox"), url_for("changes.inbox"), waiting)]
    if actor.may(Permission.CHANGE_READ):
        found = [
            Tab("list", gettext("Changes"), url_for("changes.index")),
            *found,
            Tab("calendar", gettext("Calendar"), url_for("changes.calendar")),
            Tab("releases", gettext("Releases"), url_for("changes.releases")),
            Tab("board", gettext("Board"), url_for("changes.board")),
            Tab("unauthorized", gettext("Unapproved"), url_for("changes.unauthorized")),
            Tab("policy", gettext("Who approves"), url_for("changes.policy")),
        ]
    return found
