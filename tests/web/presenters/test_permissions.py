from server.foundation.permissions import Permission
from server.wiring import JOBS
from tests.web.presenters.readers import reader
from web.presenters.jobs import STATES, TONES, how_far, kind_text, state_text
from web.presenters.permissions import permission_choices, permission_text


def test_every_permission_has_words() -> None:
    assert {code for code in Permission if permission_text(code, reader()) == code} == set()


def test_choices_hold_what_is_held_in_the_order_of_the_vocabulary() -> None:
    held = {Permission.TICKET_READ, Permission.ITEM_READ}
    assert [code for code, _ in permission_choices(held, reader())] == ["item:read", "ticket:read"]


def test_every_kind_of_job_and_every_state_has_words() -> None:
    assert {kind for kind in JOBS if kind_text(kind, reader()) == kind} == set()
    assert set(STATES) == set(TONES)
    assert state_text("dead", reader()) == "given up"


def test_progress_without_a_known_end_has_none() -> None:
    assert how_far({"what": "reading", "done": 3, "total": None}) == (3, None)
