"""What the endpoint kit's world has around changes, one of each kind."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from server.desk.changes import actions
from server.desk.changes.models import UnauthorizedChange
from server.desk.changes.queries import tasks_on
from server.foundation.clock import utc_now
from server.foundation.permissions import Actor, system_actor
from tests.support.people import actor_of


def change_things(
    session: Session, admin: Actor, tasked: str, there: Mapping[str, int]
) -> dict[str, int | str]:
    """Furnish the organisation in ``there``; ``tasked`` is a draft that becomes a scheduled one."""
    now, place = utc_now(), there["organisation"]
    texts = {"implementation_plan": "Reboot.", "back_out_plan": "Boot."}
    # Written by nobody who calls: its author may not approve it.
    template = actions.create_template(
        session, system_actor("tests"), actions.TemplateDraft("Reboot", place, texts), now
    )
    rule = actions.RuleDraft("Network", place, class_code="switch", group_id=there["group"])
    away = actions.DeputyDraft(there["other"], now, now + timedelta(days=2), there["person"])
    planned = actions.edit_change(
        session, admin, tasked, {"tasks": [actions.TaskDraft("Look")]}, now
    )
    planned.state = "scheduled"
    meeting = actions.MeetingDraft("Board", now + timedelta(days=1), organisation_id=place)
    called = actions.call_meeting(session, admin, meeting, now)
    actions.put_on_agenda(session, admin, called.id, [tasked])
    freeze = actions.WindowDraft(
        "freeze",
        "Year end",
        now + timedelta(days=90),
        now + timedelta(days=99),
        place,
        class_codes=("switch",),
    )
    watch = actions.WatchDraft(item_id=there["item"], organisation_id=place)
    found = UnauthorizedChange(
        organisation_id=place,
        item_id=there["item"],
        history_id=there["item"],
        at=now,
        kind="changed",
        subject="vendor",
        source="agent",
        detail={"old": "Acme", "new": "Initech"},
    )
    session.add(found)
    session.flush()
    aim = actions.ReleaseDraft("Patch day", "2.0", f"tool-{place}", organisation_id=place)
    bundle, empty = (actions.draft_release(session, admin, aim, now).reference for _ in "12")
    actions.put_into_release(session, admin, bundle, tasked, now)
    return {
        "release": empty,
        "bundle": bundle,
        "change_watch": actions.add_watch(session, admin, watch, now).id,
        "unauthorized": found.id,
        "calendar_window": actions.add_window(session, admin, freeze, now).id,
        "feed": actions.open_feed(session, actor_of(session, there["holder"]), "Phone", now)[0].id,
        "tasked": tasked,
        "change_template": template.id,
        "approval_rule": actions.add_rule(session, admin, rule, now).id,
        "deputy": actions.name_deputy(session, admin, away, now).id,
        "meeting": called.id,
        "change_task": tasks_on(session, planned.id)[0].id,
    }
