"""Releases: what was found against what is aimed at, and how far the changes are."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin, Section
from cmdb.vocabulary import AGENT, PERSON, ClassCode, SourceCode
from server.desk.changes import actions, queries
from server.desk.changes.actions import ChangeMove, ReleaseDraft
from server.desk.changes.rules.releases import (
    Blocker,
    Part,
    Seen,
    blockers_of,
    progress_of,
    standing_of,
)
from server.desk.changes.rules.windows import Period
from server.foundation.database import Database
from server.foundation.paging import PageRequest
from tests.server.desk.changes.planned import END, START, planned, scheduled
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate

AIM = ReleaseDraft("PostgreSQL 15.7", "15.7", "postgresql-15")


def document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict), answer.data
    return answer.json


def deb(*versions: str) -> list[Seen]:
    return [Seen(version, "deb") for version in versions]


@pytest.mark.parametrize(
    ("seen", "target", "heard", "word"),
    [
        (deb("15.7-0+deb12u1"), "15.7", True, "reached"),
        (deb("15.7+dfsg-2"), "15.7", True, "reached"),
        (deb("15.10-1"), "15.7", True, "newer"),
        (deb("15.6-1"), "15.7", True, "below"),
        (deb("15.6-1", "15.7-1"), "15.7", True, "mixed"),
        (deb("15.7-1"), "15.7-2", True, "below"),
        (deb("1:9.2-1"), "9.2", True, "reached"),
        ([Seen("1:9.2-1.el9", "rpm")], "9.2", True, "reached"),
        ([Seen("1.0-rc1", "npm")], "1.0.0", True, "below"),
        ([Seen("17.9")], "17.12", True, "below"),
        ([], "1", True, "absent"),
        ([], "1", False, "silent"),
    ],
)
def test_an_item_stands_to_the_version_aimed_at(
    seen: list[Seen], target: str, heard: bool, word: str
) -> None:
    assert standing_of(seen, target, heard=heard) == word


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([], "empty"),
        (["cancelled"], "empty"),
        (["draft", "scheduled"], "preparing"),
        (["scheduled", "rejected"], "preparing"),
        (["scheduled", "cancelled"], "ready"),
        (["scheduled", "implementing"], "under_way"),
        (["scheduled", "closed"], "under_way"),
        (["closed", "closed"], "carried_out"),
    ],
)
def test_a_release_is_as_far_as_its_changes(states: list[str], word: str) -> None:
    parts = [Part(f"CHG-{number}", state, True) for number, state in enumerate(states)]
    assert progress_of(parts) == word


def test_what_stands_in_the_way_names_change_and_reason() -> None:
    parts = [
        Part("CHG-1", "draft", False, collides=True),
        Part("CHG-2", "closed", True, collides=True, verification="deviated", incidents=1),
        Part("CHG-3", "scheduled", True),
        Part("CHG-4", "cancelled", False),
    ]
    assert blockers_of(parts) == [
        Blocker("CHG-1", "draft"),
        Blocker("CHG-1", "no_window"),
        Blocker("CHG-1", "collides"),
        Blocker("CHG-2", "deviated"),
        Blocker("CHG-2", "incidents"),
    ]


def installed(
    database: Database, estate: Estate, item_id: int, *versions: str, at: datetime = NOW
) -> None:
    """Let an agent report the versions of PostgreSQL that are installed."""
    rows = [("deb", "postgresql-15", version, "amd64") for version in versions]
    with database.writing() as session:
        recorded = Inventory(session, at).record(
            Observation(
                origin=Origin(AGENT, f"agent-{item_id}"),
                class_code=ClassCode("server"),
                organisation_id=estate.world.root.id,
                observed_at=at,
                values={},
                item_id=item_id,
                sections=(Section("software", "+".join(versions) or "none", rows),),
            )
        )
        assert recorded.item_id == item_id, recorded


def bundled(database: Database, estate: Estate, *references: str, **values: Any) -> str:
    """Begin a release over changes; return its reference."""
    with database.writing() as session:
        agent = estate.world.agent
        draft = ReleaseDraft(**{name: getattr(AIM, name) for name in AIM.__slots__} | values)
        release = actions.draft_release(session, agent, draft, NOW)
        for reference in references:
            actions.put_into_release(session, agent, release.reference, reference, NOW)
        return release.reference


def test_discovered_against_aimed_at_item_by_item(database: Database, estate: Estate) -> None:
    installed(database, estate, estate.db, "15.6-1")
    installed(database, estate, estate.app)
    installed(database, estate, estate.laptop, "15.5-1")
    reference = bundled(
        database, estate, scheduled(database, estate, estate.db, estate.app, estate.san)
    )
    with database.reading() as session:
        agent = estate.world.agent
        release = queries.find_release(session, agent, reference)
        found = queries.versions_of_release(session, agent, release)
        assert {line.item.id: line.standing for line in found.lines} == {
            estate.db: "below",
            estate.app: "absent",
            estate.san: "silent",
        }
        assert [(item.id, seen) for item, seen in found.beside or ()] == [
            (estate.laptop, [Seen("15.5-1", "deb")])
        ]
        outsider = queries.list_releases(session, estate.world.outsider, PageRequest())
        assert outsider.rows == []
        with pytest.raises(NotFound):
            queries.find_release(session, estate.world.outsider, reference)
    later = NOW + timedelta(days=1)
    installed(database, estate, estate.db, "15.7-0+deb12u1", at=later)
    with database.reading() as session:
        found = queries.versions_of_release(session, agent, release)
        (line,) = [one for one in found.lines if one.item.id == estate.db]
        assert (line.standing, line.source, line.heard_at) == ("reached", str(AGENT), later)
        assert [change.reference for change in line.changes] == ["CHG-1"]


def test_a_version_that_a_person_wrote_is_no_discovery(database: Database, estate: Estate) -> None:
    change = scheduled(database, estate, estate.san)
    reference = bundled(database, estate, change, product="", attribute="firmware_version")

    def says(source: SourceCode, version: str) -> str:
        with database.writing() as session:
            seen = Observation(
                origin=Origin(source, "san"),
                class_code=ClassCode("storage_array"),
                organisation_id=estate.world.root.id,
                observed_at=NOW,
                values={"firmware_version": version},
                item_id=estate.san,
            )
            Inventory(session, NOW).record(seen)
            agent = estate.world.agent
            release = queries.find_release(session, agent, reference)
            found = queries.versions_of_release(session, agent, release)
            assert found.beside is None
            return found.lines[0].standing

    assert says(PERSON, "15.7") == "silent"
    assert says(SourceCode("snmp"), "15.6") == "below"
    assert says(SourceCode("snmp"), "15.7.0") in ("reached", "newer")


def test_changes_join_and_leave_and_approvals_stand(database: Database, estate: Estate) -> None:
    agent = estate.world.agent
    change = scheduled(database, estate, estate.san)
    reference = bundled(database, estate, change)
    other = bundled(database, estate)
    with database.writing() as session:
        page = queries.release_page(session, agent, reference)
        assert (page.row.progress, list(page.blockers)) == ("ready", [])
        assert (page.row.start, page.row.end) == (START, END)
        with pytest.raises(Conflict, match="another release"):
            actions.put_into_release(session, agent, other, change, NOW)
        with pytest.raises(Conflict, match="with changes in it"):
            actions.remove_release(session, agent, reference)
        with pytest.raises(Conflict, match="not in the release"):
            actions.take_out_of_release(session, agent, other, change, NOW)
        actions.remove_release(session, agent, other)
    with database.reading() as session:
        shown = queries.calendar_of(session, agent, Period(START, END))
        assert [(one.reference, span) for one, span in shown.releases] == [
            (reference, Period(START, END))
        ]
    with database.writing() as session:
        actions.take_out_of_release(session, agent, reference, change, NOW)
        assert queries.release_page(session, agent, reference).row.progress == "empty"
    with database.writing() as session:
        lines = queries.latest_change_entries(session, 1)
        assert [one.entry.detail.get("changes") for one in lines[-2:]] == [
            {"release_id": [None, reference]},
            {"release_id": [reference, None]},
        ]
        actions.move_change(session, agent, change, ChangeMove("cancelled", reason="No more"), NOW)
        with pytest.raises(Conflict, match="is over"):
            actions.put_into_release(session, agent, reference, change, NOW)


def test_bad_releases_name_every_field(database: Database, estate: Estate) -> None:
    with database.writing() as session, pytest.raises(InvalidValue) as refused:
        actions.draft_release(session, estate.world.agent, ReleaseDraft(" ", " "), NOW)
    assert set(refused.value.fields) == {"title", "target_version", "product"}
    draft = ReleaseDraft("Firmware", "1", attribute="vendor")
    with database.writing() as session, pytest.raises(InvalidValue) as refused:
        actions.draft_release(session, estate.world.agent, draft, NOW)
    assert set(refused.value.fields) == {"attribute"}


def test_a_release_over_rest(as_: As, database: Database, estate: Estate) -> None:
    agent, manager = as_(estate.world.agent), as_(estate.world.reader)
    change = planned(database, estate, estate.db)
    body = {"title": "Patch day", "product": "openssl", "target_version": "3.0.15"}
    made = agent.post("/api/v1/releases", json=body)
    assert (made.status_code, document(made)["reference"], document(made)["progress"]) == (
        201,
        "REL-1",
        "empty",
    )
    assert agent.put(f"/api/v1/releases/REL-1/changes/{change}").status_code == 200
    stale = agent.patch(
        "/api/v1/releases/REL-1", json={"title": "Other"}, headers={"If-Match": '"7"'}
    )
    assert stale.status_code == 412
    assert document(agent.patch("/api/v1/releases/REL-1", json={"title": "Other"}))["version"] == 2
    told = document(manager.get("/api/v1/releases/REL-1"))
    assert (told["title"], told["progress"], told["changes"]) == ("Other", "preparing", [change])
    assert told["blockers"] == [{"reference": change, "code": "assessment"}]
    versions = document(agent.get("/api/v1/releases/REL-1/versions"))
    assert [(one["item"]["name"], one["standing"]) for one in versions["lines"]] == [
        ("db-07", "silent")
    ]
    assert document(agent.get("/api/v1/changes", query_string={"release_id": 1}))["rows"]
    assert agent.delete("/api/v1/releases/REL-1").status_code == 409
    assert agent.delete(f"/api/v1/releases/REL-1/changes/{change}").status_code == 204
    assert agent.delete("/api/v1/releases/REL-1").status_code == 204
    assert agent.get("/api/v1/releases/REL-1").status_code == 404
