"""Who approves changes in the company of the journeys: a board, a template, a deputy, a meeting.

And a release that bundles the change on the agenda.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.desk.changes.actions import (
    DeputyDraft,
    MeetingDraft,
    ReleaseDraft,
    RuleDraft,
    TemplateDraft,
    add_rule,
    call_meeting,
    create_template,
    draft_release,
    name_deputy,
    put_into_release,
    put_on_agenda,
)
from tests.support.people import World


def put_board(session: Session, world: World, asked: str, now: datetime) -> dict[str, str | int]:
    """Write them, with one change on the agenda."""
    manager, place = world.change_manager, world.root.id
    rule = RuleDraft("Storage board", place, group_id=world.support.id, is_board=True)
    add_rule(session, manager, rule, now)
    texts = {"implementation_plan": "Reboot it.", "back_out_plan": "Boot the old kernel."}
    template = TemplateDraft("Reboot a laptop", place, texts, ("Reboot",), ("laptop",))
    create_template(session, world.agent, template, now)
    away = DeputyDraft(world.admin.person_id or 0, now, now + timedelta(days=9))
    name_deputy(session, manager, away, now)
    draft = MeetingDraft("Change board", now + timedelta(days=1), "Room 4", place)
    meeting = call_meeting(session, manager, draft, now)
    put_on_agenda(session, manager, meeting.id, [asked])
    aim = ReleaseDraft("Patch day", "15.7", "postgresql-15", "", "All of them.", place)
    release = draft_release(session, manager, aim, now)
    put_into_release(session, manager, release.reference, asked, now)
    return {"meeting": meeting.id, "release": release.reference}
