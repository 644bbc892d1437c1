from tests.web.presenters.readers import reader
from web.presenters.directories import last_run, run_counts
from web.presenters.discovery import visit_text, visit_tone


def test_people_and_groups_are_counted_together() -> None:
    counts = run_counts(
        {"persons_seen": 10, "groups_seen": 2, "persons_created": 3, "groups_deactivated": 1}
    )
    assert (counts.seen, counts.created, counts.changed, counts.left) == (12, 3, 0, 1)


def test_a_run_that_has_said_nothing_counts_nothing() -> None:
    assert run_counts({}).seen == 0
    assert last_run([]) is None


def test_what_came_of_a_visit_is_told() -> None:
    assert visit_text("found", "created", reader()) == "found, new in the register"
    assert visit_text("found", "something new", reader()) == "found"
    assert (visit_tone("found"), visit_tone("failed")) == ("good", "bad")
