"""Deputies: everybody who approves names their own, beside what waits for them."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import select

from cmdb.errors import InvalidValue
from cmdb.records.parties import Person
from server.desk.changes import actions
from server.desk.changes.queries import list_deputies
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from web.pages.frame import reader, whole
from web.presenters.windows import moment_of


@dataclass(frozen=True)
class DeputyLine:
    """A deputy as the pages show it; ``mine`` when the reader is the one who is away."""

    id: int
    deputy: str
    person: str
    starts_at: object
    ends_at: object
    mine: bool


def deputies_shown() -> list[DeputyLine]:
    """Return the deputies that the reader may know of, by their beginning."""
    session, actor = current_session(), current_actor()
    rows = list_deputies(session, actor, current_time())
    ids = {one.person_id for one in rows} | {one.deputy_id for one in rows}
    named = select(Person.id, Person.display_name).where(Person.id.in_(ids))
    names = {row.id: row.display_name for row in session.execute(named)} if ids else {}
    return [
        DeputyLine(
            one.id,
            names.get(one.deputy_id, "?"),
            names.get(one.person_id, "?"),
            one.starts_at,
            one.ends_at,
            one.person_id == actor.person_id,
        )
        for one in rows
    ]


def name_deputy() -> None:
    """Write down the deputy that was typed. Raises what the action raises."""
    form = request.form
    times = {}
    for name in ("starts_at", "ends_at"):
        try:
            times[name] = moment_of(form.get(name, ""), reader())
        except ValueError:
            raise InvalidValue({name: gettext("This is no date with a time.")}) from None
    starts_at, ends_at = times["starts_at"], times["ends_at"]
    if starts_at is None or ends_at is None:
        missing = "ends_at" if starts_at else "starts_at"
        raise InvalidValue({missing: "must not be empty"})
    draft = actions.DeputyDraft(
        whole(form.get("deputy_id")),
        starts_at,
        ends_at,
        whole(form.get("person_id")),
        form.get("email", ""),
    )
    actions.name_deputy(current_session(), current_actor(), draft, current_time())


def dismiss_deputy(deputy_id: int) -> None:
    """Take a deputy's say away. Raises what the action raises."""
    actions.dismiss_deputy(current_session(), current_actor(), deputy_id)
