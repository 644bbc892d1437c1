"""Background work in the reader's words."""

from collections.abc import Mapping
from typing import Any

from web.presenters.reader import Reader

#: The states a person looks for first.
STATES = ("running", "queued", "dead", "cancelled", "done")

TONES: Mapping[str, str] = {
    "running": "accent",
    "queued": "neutral",
    "dead": "bad",
    "cancelled": "warn",
    "done": "good",
}


def state_text(state: str, reader: Reader) -> str:
    """Return the name of a job's state."""
    names = {
        "running": reader.gettext("running"),
        "queued": reader.gettext("waiting"),
        "dead": reader.gettext("given up"),
        "cancelled": reader.gettext("cancelled"),
        "done": reader.gettext("done"),
    }
    return names.get(state, state)


def kind_text(kind: str, reader: Reader) -> str:
    """Return what a kind of job does; one we do not know stands for itself."""
    names = {
        "items.follow": reader.gettext("Tell people what happened to the items they follow"),
        "views.watch": reader.gettext("Tell people what entered the views they watch"),
        "jobs.forget": reader.gettext("Clear away old jobs"),
        "database.statistics": reader.gettext("Look at how much is in the tables"),
        "backup.make": reader.gettext("Make the nightly backup"),
        "notify.backups": reader.gettext("See whether the last backup is too old"),
        "mail.look": reader.gettext("Look at a mailbox, and take in its letters"),
        "mail.look_all": reader.gettext("Ask for all mailboxes"),
        "mail.forget": reader.gettext("Let old letters go"),
        "orders.remind": reader.gettext("Remind who has not decided about an order"),
        "people.read_roster": reader.gettext("Carry out a personnel list"),
        "people.sync_directory": reader.gettext("Synchronise a directory"),
        "people.sync_directories": reader.gettext("Ask for all directories"),
        "people.sync_changes": reader.gettext("Ask directories what changed"),
        "people.tidy": reader.gettext("Clear away old sessions"),
        "items.derive": reader.gettext("Derive relations from what was seen"),
        "advisories.match": reader.gettext("Hold new software against known advisories"),
        "impact.sweep": reader.gettext("Let each item fail in thought"),
        "notify.deliver": reader.gettext("Send notifications"),
        "sla.sweep": reader.gettext("Tell of promises that run out"),
        "sla.reckon": reader.gettext("Reckon promises anew"),
        "availability.watch": reader.gettext("Look at what was promised of services"),
        "tickets.tidy_files": reader.gettext("Clear away files without a ticket"),
        "search.tickets": reader.gettext("Let tickets be found by their words"),
        "tickets.compare": reader.gettext("Find similar tickets"),
        "tickets.compare_old": reader.gettext("Find what older open tickets are like"),
        "search.items": reader.gettext("Let items be found by parts of their names"),
        "search.documents": reader.gettext("Let documents be found by their words"),
        "alarms.watch": reader.gettext("Open tickets for what events tell of"),
        "alarms.survey": reader.gettext("Open tickets for what stands wrong"),
        "announcements.tell": reader.gettext("Tell whom an announcement concerns"),
        "tickets.reassess": reader.gettext("Let open tickets follow the graph"),
        "tickets.pass_on": reader.gettext("Pass on the tickets of who is away"),
        "routines.open": reader.gettext("Open tickets that are due by the calendar"),
        "tickets.check": reader.gettext("Check whether an item is there"),
        "scanning.probe": reader.gettext("Visit a device"),
        "scanning.sweep": reader.gettext("Sweep a range of addresses"),
        "scanning.topology": reader.gettext("Work out how devices are linked"),
        "health.measure": reader.gettext("Measure how right the register is"),
        "health.campaigns": reader.gettext("Remind owners who have not answered"),
        "assets.alarm": reader.gettext("Tell of contracts and warranties that end"),
        "assets.models": reader.gettext("Find the models of items"),
        "licences.match": reader.gettext("Find the products that licences are about"),
        "past.watch": reader.gettext("Compare baselines with what is now"),
        "past.seal": reader.gettext("Seal closed history"),
        "past.retain": reader.gettext("Let old history go"),
        "items.redecide": reader.gettext("Decide all values anew"),
        "identity.keys": reader.gettext("Read the identifying attributes of a class anew"),
        "items.expire_words": reader.gettext("End manual overrides that have run out"),
        "imports.run": reader.gettext("Read an import"),
        "imports.undo": reader.gettext("Take an import back"),
        "changes.invite": reader.gettext("Ask approvers"),
        "changes.tend": reader.gettext("Look after changes that are due"),
    }
    return names.get(kind, kind)


def how_far(progress: Mapping[str, Any]) -> tuple[int, int | None] | None:
    """Return (done, total) of a job's progress; None when it has said nothing yet.

    >>> how_far({"what": "entries", "done": 3, "total": 10}), how_far({})
    ((3, 10), None)
    """
    if not progress:
        return None
    total = progress.get("total")
    return int(progress.get("done") or 0), int(total) if total else None
