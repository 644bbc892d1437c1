"""Around a change: freezes and templates while planning, the board, what one follows."""

from datetime import timedelta

from server.desk.changes import actions
from server.desk.changes.actions import MeetingDraft, TemplateDraft, WindowDraft
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import tomorrow


def test_a_freeze_and_the_template_that_is_followed_stand_beside_the_plan(
    agent: Browser, database: Database, estate: Estate
) -> None:
    world = estate.world
    with database.writing() as session:
        freeze = WindowDraft("freeze", "Stocktaking", tomorrow(-1), tomorrow(9))
        actions.add_window(session, world.change_manager, freeze, utc_now())
        texts = {"implementation_plan": "Off and on.", "back_out_plan": "On."}
        draft = TemplateDraft("Restart", world.root.id, texts, ("Off", "On"), ("laptop",))
        template = actions.create_template(session, world.change_manager, draft, utc_now())
        actions.approve_template(session, world.admin, template.id, utc_now())
        number = template.id
    plan = {
        "item": str(estate.laptop),
        "window_start": tomorrow(0).strftime("%Y-%m-%dT%H:%M"),
        "window_end": tomorrow(1).strftime("%Y-%m-%dT%H:%M"),
    }
    alone = agent.post("/changes/preview", **plan).text
    assert "A freeze holds then" in alone
    assert "Stocktaking" in alone
    assert "Who would be asked" in alone
    followed = agent.post("/changes/preview", template_id=str(number), **plan).text
    assert "Off and on." in followed
    assert "the template was approved for all that follow it" in followed
    assert "there is no way back" not in followed
    assert "Who would be asked" not in followed
    emergency = agent.post("/changes/preview", kind="emergency", **plan).text
    assert "An emergency may go ahead all the same." in emergency


def test_what_the_board_may_not_decide_is_told_beside_the_point_and_keeps_what_was_said(
    agent: Browser, manager: Browser, database: Database, estate: Estate, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    with database.writing() as session:
        draft = MeetingDraft("Thursday", utc_now() + timedelta(days=1))
        meeting = actions.call_meeting(session, estate.world.change_manager, draft, utc_now())
        actions.put_on_agenda(session, estate.world.change_manager, meeting.id, [change])
        place = f"/changes/board/{meeting.id}"
    assert "Orders" in manager.read(place)
    stale = {"decision": "approved", "comment": "Said in the room", "digest": "0" * 64}
    answer = manager.post(f"{place}/points/{change}", **stale)
    assert answer.status_code == 412
    assert f"{change}: " in answer.text
    assert "Said in the room" in answer.text
    manager.done(f"{place}/points/{change}", decision="approved", comment="Said in the room")
    manager.done(f"{place}/minutes", minutes="We met.", close="yes")
    late = manager.post(f"{place}/minutes", minutes="And more.")
    assert late.status_code == 409
    assert "The minutes of this meeting are closed." in late.text


def test_an_item_is_followed_from_its_own_page(agent: Browser, estate: Estate) -> None:
    place = f"/changes/followings/{estate.san}"
    assert "Follow no longer" not in agent.read(place)
    answer = agent.post("/changes/followings", item_id=str(estate.san), **{"from": "item"})
    assert answer.headers["Location"].endswith(f"/items/{estate.san}")
    assert "Follow no longer" in agent.read(place)
    agent.done(f"{place}/remove", **{"from": "item"})
    assert "Follow no longer" not in agent.read(place)
