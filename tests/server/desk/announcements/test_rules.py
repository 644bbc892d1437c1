"""How far an announcement is, and what one must say, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from server.desk.announcements.rules.lifecycle import (
    STATES,
    AnnouncementDraft,
    faults_of,
    may_become,
    phase_of,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "start", "end", "phase"),
    [
        ("draft", NOW - HOUR, None, "draft"),
        ("published", NOW + HOUR, NOW + 2 * HOUR, "planned"),
        ("published", NOW, None, "running"),
        ("published", NOW - HOUR, NOW, "running"),
        ("published", NOW - 2 * HOUR, NOW - HOUR, "late"),
        ("ended", NOW - 2 * HOUR, NOW - HOUR, "over"),
        ("withdrawn", NOW, None, "withdrawn"),
    ],
)
def test_a_reader_finds_it_as_far_as_it_is(
    state: str, start: datetime, end: datetime | None, phase: str
) -> None:
    assert phase_of(state, start, end, NOW) == phase


def test_what_is_over_stays_over_and_nothing_is_published_twice() -> None:
    steps = {(one, other) for one in STATES for other in STATES if may_become(one, other)}
    assert steps == {
        ("draft", "published"),
        ("draft", "withdrawn"),
        ("published", "ended"),
        ("published", "withdrawn"),
    }


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (AnnouncementDraft("Works", audience="everyone"), set()),
        (AnnouncementDraft("Works"), {"item_ids"}),
        (AnnouncementDraft("\t", kind="party", audience="cats"), {"title", "kind", "audience"}),
        (AnnouncementDraft("x" * 256, item_ids=(1,)), {"title"}),
        (
            AnnouncementDraft("Works", starts_at=NOW, expected_end_at=NOW, item_ids=(1,)),
            {"expected_end_at"},
        ),
    ],
)
def test_every_fault_of_a_draft_is_told_at_its_field(
    draft: AnnouncementDraft, fields: set[str]
) -> None:
    assert set(faults_of(draft)) == fields
