"""The parts of a plan in the reader's words: its tasks, and what it makes of the register."""

from collections.abc import Mapping
from typing import Any

from server.desk.changes.rules.after import DOCUMENTS, REGISTER
from server.desk.changes.rules.authority import Word
from web.presenters.reader import Reader


def task_title(phase: str, title: str, reader: Reader) -> str:
    """Return the title of a task; those the desk itself leaves behind are in the reader's words."""
    ours = {
        DOCUMENTS: reader.gettext("Update the documents"),
        REGISTER: reader.gettext("Write what was planned into the register"),
    }
    return ours.get(title, title) if phase == "after" else title


def word_text(
    word: Word, agreed: Mapping[int, Any], names: Mapping[int, str], reader: Reader
) -> str:
    """Say what lets a planned line be written, or what lacks."""
    hidden = reader.gettext("an item outside your view")
    if word.lacking:
        told = ", ".join(names.get(one, hidden) for one in word.lacking)
        text = reader.gettext("nobody who may change %(names)s has agreed to it")
        return text % {"names": told}
    if not word.approvals:
        return reader.gettext("you may change this yourself")
    people = dict.fromkeys(agreed[one].display_name for one in word.approvals if one in agreed)
    return reader.gettext("agreed to by %(names)s") % {"names": ", ".join(people)}


def difference_text(
    row: Any, names: Mapping[int, str], labels: Mapping[str, str], reader: Reader
) -> str:
    """Say what a change makes of the register: "Vendor of db-07: Acme (was: Initech)"."""
    hidden = reader.gettext("an item outside your view")
    subject = labels.get(row.subject, row.subject)
    item, other = names.get(row.item_id, hidden), names.get(row.other_id, hidden)
    if row.kind == "attribute":
        nothing = reader.gettext("nothing")
        before, after = (
            nothing if row.value.get(key) in (None, "", []) else str(row.value[key])
            for key in ("from", "to")
        )
        sentence = reader.gettext("%(subject)s of %(item)s: %(after)s (was: %(before)s)")
        return sentence % {"subject": subject, "item": item, "after": after, "before": before}
    sentence = {
        "relate": reader.gettext("%(item)s → %(subject)s → %(other)s, from then on"),
        "unrelate": reader.gettext("%(item)s → %(subject)s → %(other)s, no longer"),
    }[row.kind]
    return sentence % {"subject": subject, "item": item, "other": other}
