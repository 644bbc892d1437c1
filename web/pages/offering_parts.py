"""What the form of an offering needs from the register: names of what was picked, files kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from cmdb.errors import InvalidValue
from server.desk.catalogue.rules.offering import OfferingForm
from server.desk.ordering.actions.filing import keep_file
from server.desk.ordering.queries import files_of, items_for
from server.desk.tickets.actions.attaching import Upload
from server.desk.tickets.api.belongings import storage
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.items.queries import names_of
from server.people.queries.people import names_of_people
from web.pages.frame import reader, whole
from web.presenters.faults import fault_text
from web.presenters.offerings import PREFIX


@dataclass(frozen=True)
class KeptFile:
    """A file that was sent with a form, and stays until the order is placed."""

    id: int
    name: str


def kept_files(form: OfferingForm) -> tuple[dict[str, KeptFile], dict[str, str]]:
    """Keep the files that were sent with a form; return (those it has now, faults) by question."""
    session, actor = current_session(), current_actor()
    asked = [field.code for field in form.fields if field.type == "file"]
    named = {code: whole(request.form.get(f"kept-{code}")) for code in asked}
    known = {one.id: one for one in files_of(session, actor, [n for n in named.values() if n])}
    kept = {
        code: KeptFile(number, known[number].file_name)
        for code, number in named.items()
        if number in known
    }
    faults: dict[str, str] = {}
    most = installation().settings.max_attachment_megabytes * 2**20
    for code in asked:
        sent = request.files.get(PREFIX + code)
        if sent is None or not sent.filename:
            continue
        upload = Upload(sent.filename, sent.stream, most)  # type: ignore[arg-type]  # read alone is asked of it
        try:
            row = keep_file(session, actor, storage(), upload, current_time())
        except InvalidValue as error:
            faults |= {
                f"answers.{code}": fault_text(fault, reader()) for fault in error.fields.values()
            }
        else:
            kept[code] = KeptFile(row.id, row.file_name)
    return kept, faults


def chosen_in(
    form: OfferingForm, typed: Mapping[str, Sequence[str]], for_person_id: int | None
) -> dict[str, list[tuple[str, str]]]:
    """Return the (value, name) that the questions for items and people offer at once, by code.

    That is what was picked already, and of one's own items all that fit: so that a browser
    without scripts has something to choose from.
    """
    session, actor = current_session(), current_actor()
    picked = {
        field.code: {number for text in typed.get(field.code, ()) if (number := whole(text))}
        for field in form.fields
        if field.type in {"item", "person"}
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for field in form.fields:
        if field.type == "person" and picked[field.code]:
            names = names_of_people(session, actor, picked[field.code])
        elif field.type == "item":
            names = names_of(session, actor, sorted(picked[field.code]))
            if field.mine:
                own = items_for(session, actor, field, for_person_id)
                names |= {item.id: item.name for item in own}
        else:
            continue
        found[field.code] = [(str(number), name) for number, name in names.items()]
    return found
