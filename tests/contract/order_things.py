"""What the endpoint kit's world has of the catalogue and of orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.desk.catalogue.actions import publish_offering, write_offering
from server.desk.ordering.actions.placing import OrderDraft, place_order
from server.desk.tickets.models import Ticket
from server.foundation.permissions import Actor, system_actor
from tests.support.people import BEGINNING, actor_of

_TASK = {"code": "prepare", "titles": {"en": "Prepare it"}}


def offering_of(name: str, **parts: Any) -> dict[str, Any]:
    """Return the document of an offering."""
    section = {"code": "things", "labels": {"en": "Things"}}
    return {"names": {"en": name}, "section": section, **parts}


def shared_offerings(session: Session) -> dict[str, int | str]:
    """Write one that is offered to everybody, and a draft; they belong to no organisation."""
    author = system_actor("tests")
    write_offering(session, author, "chair", offering_of("A chair", tasks=[_TASK]), BEGINNING)
    publish_offering(session, author, "chair", BEGINNING)
    write_offering(session, author, "stool", offering_of("A stool"), BEGINNING)
    return {"offering": "chair", "draft_offering": "stool"}


def order_things(
    session: Session, admin: Actor, there: Mapping[str, int], now: datetime
) -> dict[str, int | str]:
    """Order what waits for the holder's word, what the holder takes back, and what has begun."""
    holder, other = actor_of(session, there["holder"]), there["other"]

    def ordered(actor: Actor, for_person_id: int, *approvers: int) -> str:
        code = f"thing_{there['organisation']}_{len(approvers)}_{for_person_id}"
        steps = [{"who": "persons", "person_ids": [one]} for one in approvers]
        author = system_actor("tests")
        document = offering_of("A thing", approvals=steps, tasks=[_TASK])
        write_offering(session, author, code, document, now)
        publish_offering(session, author, code, now)
        draft = OrderDraft(for_person_id=for_person_id)
        placed = place_order(session, actor, code, draft, now)
        return session.get_one(Ticket, placed.ticket_id).reference

    able = admin if there["holder"] == there["person"] else holder
    return {
        "order": ordered(admin, other, there["holder"]),
        "own_order": ordered(able, there["holder"], other),
        "order_begun": ordered(admin, other),
    }
