"""Vulnerable and unsupported: from files, on the machines that have them, for who may see them."""

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from cmdb.records.facts import SoftwareRelease
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.advisories.actions import match_new_releases
from server.items.advisories.importing import Brought, import_advisories
from server.items.advisories.models import Advisory, AdvisoryMatch, AdvisoryRange
from tests.server.items.advisories.files import CYCLES, DEBIAN, PYTHON, answer_of_nvd, nvd
from tests.server.items.foreign.messages import inventory, package
from tests.server.items.machines import IDENTITY, SYSTEM, report
from tests.server.items.rest import Caller, Callers, refused
from tests.server.items.test_intake import enrolled, send
from tests.support.people import World

COLUMNS = ["ecosystem", "name", "version", "architecture"]


def machine(callers: Callers, number: int, system: str, *packages: list[str | None]) -> int:
    agent_id = f"agent-number-{number}"
    identity = IDENTITY | {
        "hostname": f"node-{number}",
        "fqdn": f"node-{number}.example.test",
        "machine_id": f"{number:032x}",
        "serial": f"S{number}",
        "board_serial": "",
        "uuid": f"{number:08d}-0042-3510-8052-b4c04f4a3332",
        "macs": [],
    }
    sections = {
        "identity": identity,
        "os": SYSTEM | {"version": system},
        "software": {"columns": COLUMNS, "rows": list(packages)},
    }
    taken = send(enrolled(callers, agent_id), report(sections, agent_id=agent_id))
    item_id: int = taken["item"]
    return item_id


def bring(database: Database, world: World, document: Any, name: str = "x.json") -> Brought:
    plain = json.dumps(document).encode()
    return import_advisories(database, world.admin, plain, name, utc_now())


@pytest.fixture
def old(callers: Callers) -> int:
    return machine(
        callers,
        1,
        "12.5",
        ["deb", "openssl", "3.0.11-1~deb12u2", "amd64"],
        ["pypi", "jinja2", "3.1.2", ""],
        ["windows", "Mozilla Firefox (x64 en-US)", "115.0", ""],
        ["deb", "firefox", "115.0-1", "amd64"],
    )


def found(caller: Caller) -> list[tuple[str, int]]:
    rows = caller.get("/advisories")["rows"]
    return [(row["advisory"]["code"], row["items"]) for row in rows]


def test_what_is_installed_is_found_the_gravest_first(
    callers: Callers, database: Database, world: World, old: int
) -> None:
    # Eleven has another fix, and this version is after it: only twelve is meant.
    machine(callers, 2, "11.9", ["deb", "openssl", "3.0.11-1~deb12u2", "amd64"])
    fresh = machine(callers, 3, "12.5", ["deb", "openssl", "3.0.14-1~deb12u1", "amd64"])
    brought = bring(database, world, [DEBIAN, PYTHON])
    assert brought == bring(database, world, [DEBIAN, PYTHON]) == Brought(2, 0, 0)
    bring(database, world, nvd(versionEndExcluding="128.0"))
    assert found(callers.admin) == [("DSA-9001-1", 1), ("CVE-2026-2002", 1), ("PYSEC-2026-7", 1)]
    gravest = callers.admin.get("/advisories")["rows"][0]["advisory"]
    where = callers.admin.get(f"/advisories/{gravest['id']}/items")["rows"]
    assert [(row["item_id"], row["version"], row["fixed"]) for row in where] == [
        (old, "3.0.11-1~deb12u2", "3.0.14-1~deb12u1")
    ]
    assert fresh not in {row["item_id"] for row in where}
    named = callers.admin.get("/advisories", q="memory", severity="high")["rows"]
    assert [row["advisory"]["code"] for row in named] == ["CVE-2026-2002"]


def test_software_that_comes_later_is_held_against_what_is_known(
    callers: Callers, database: Database, world: World
) -> None:
    bring(database, world, [DEBIAN, PYTHON])
    assert found(callers.admin) == []
    machine(callers, 1, "12.5", ["pypi", "jinja2", "2.10", ""], ["pypi", "flask", "1.0", ""])
    with database.writing() as session:
        assert match_new_releases(session) == 2
        assert match_new_releases(session) == 0
    assert found(callers.admin) == [("PYSEC-2026-7", 1)]


def test_what_was_withdrawn_is_gone(
    callers: Callers, database: Database, world: World, old: int
) -> None:
    bring(database, world, [DEBIAN, PYTHON])
    bring(database, world, [DEBIAN | {"withdrawn": "2026-01-01T00:00:00Z"}, PYTHON])
    assert found(callers.admin) == [("PYSEC-2026-7", 1)]


def test_ends_of_support_are_told_of_systems_in_use(
    callers: Callers, database: Database, world: World, old: int
) -> None:
    bring(database, world, CYCLES, "debian.json")
    (cycle,) = callers.admin.get("/support-ends")
    assert (cycle["product"], cycle["release"], cycle["ends_on"], cycle["items"]) == (
        "debian",
        "12",
        "2026-06-10",
        1,
    )
    where = callers.admin.get(f"/advisories/{cycle['advisory_id']}/items")["rows"]
    assert [(row["item_id"], row["version"]) for row in where] == [(old, "12.5")]
    assert found(callers.admin) == []


def test_an_item_tells_its_own_weaknesses_and_ends_of_support(
    callers: Callers, database: Database, world: World, old: int, local_manager: Caller
) -> None:
    fresh = machine(callers, 2, "13.1", ["deb", "openssl", "3.0.14-1~deb12u1", "amd64"])
    bring(database, world, [DEBIAN, PYTHON])
    bring(database, world, CYCLES, "debian.json")
    bring(database, world, [{"cycle": "115", "eol": "2026-03-01"}], "firefox.json")
    known = callers.reader.get(f"/items/{old}/advisories")
    told = [(one["advisory"]["code"], one["product"], one["fixed"]) for one in known["weaknesses"]]
    assert told[0] == ("DSA-9001-1", "openssl", "3.0.14-1~deb12u1")
    assert (known["total"], [row[1] for row in told]) == (2, ["openssl", "jinja2"])
    assert ("12.5", "2026-06-10") in {
        (end["version"], end["ends_on"]) for end in known["support_ends"]
    }
    nothing = callers.reader.get(f"/items/{fresh}/advisories")
    assert (nothing["weaknesses"], nothing["total"]) == ([], 0)
    assert local_manager.send("GET", f"/items/{old}/advisories").status_code == 404


def test_who_does_not_see_the_machine_does_not_see_what_is_wrong_with_it(
    callers: Callers, database: Database, world: World, old: int, local_manager: Caller
) -> None:
    bring(database, world, [DEBIAN])
    bring(database, world, CYCLES, "debian.json")
    known = callers.admin.get("/advisories")["rows"][0]["advisory"]["id"]
    assert (found(local_manager), local_manager.get("/support-ends")) == ([], [])
    assert local_manager.send("GET", f"/advisories/{known}").status_code == 404


def test_a_file_is_brought_over_rest_by_who_may_import_for_everybody(
    callers: Callers, old: int, local_manager: Caller
) -> None:
    plain = json.dumps([PYTHON, 7])
    path = "/advisory-files?file_name=osv.json"
    sent = {"data": plain, "content_type": "application/json"}
    assert local_manager.send("POST", path, **sent).status_code == 403
    answer = callers.admin.send("POST", path, **sent)
    assert (answer.status_code, answer.get_json()) == (
        201,
        {"stored": 1, "withdrawn": 0, "refused": 1},
    )
    wrong = callers.admin.send("POST", path, data="{}", content_type="application/json")
    assert "file" in refused(wrong, 422)


@pytest.mark.parametrize("version", ["12.5", "12", "12 (bookworm)"])
def test_a_machine_of_another_makers_agent_has_the_weaknesses_of_its_system(
    app: Flask, callers: Callers, database: Database, world: World, version: str
) -> None:
    told = inventory(package("openssl", "3.0.11-1~deb12u2"))
    told = told.replace(b"<VERSION>12.5<", f"<VERSION>{version}<".encode())
    app.test_client(use_cookies=False).post("/inventory", data=told)
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    admission = f"/waiting-senders/{row['id']}/admission"
    item_id = callers.admin.post(admission, {"organisation_id": 1})["item_id"]
    bring(database, world, [DEBIAN])
    bring(database, world, CYCLES, "debian.json")
    known = callers.admin.get(f"/items/{item_id}/advisories")
    assert [one["advisory"]["code"] for one in known["weaknesses"]] == ["DSA-9001-1"]
    assert [one["ends_on"] for one in known["support_ends"]] == ["2026-06-10"]


def test_an_advisory_without_a_release_holds_for_all_of_the_distribution_alone(
    callers: Callers, database: Database, world: World, old: int
) -> None:
    named = {"ecosystem": "Debian", "name": "openssl"}
    bring(database, world, [DEBIAN | {"affected": [DEBIAN["affected"][0] | {"package": named}]}])
    assert callers.admin.get(f"/items/{old}/advisories")["total"] == 1
    named["ecosystem"] = "Ubuntu:22.04:LTS"
    bring(database, world, [DEBIAN | {"affected": [DEBIAN["affected"][0] | {"package": named}]}])
    assert callers.admin.get(f"/items/{old}/advisories")["total"] == 0


def test_a_package_that_two_agents_tell_of_is_one_weakness(
    callers: Callers, database: Database, world: World
) -> None:
    both = [["deb", "openssl", "3.0.11-1~deb12u2", arch] for arch in ("amd64", None)]
    item_id = machine(callers, 1, "12.5", *both)
    bring(database, world, [DEBIAN])
    known = callers.admin.get(f"/items/{item_id}/advisories")
    assert (known["total"], len(known["weaknesses"])) == (1, 1)


def test_a_package_that_two_agents_tell_of_is_one_line_of_the_list(
    callers: Callers, database: Database, world: World
) -> None:
    both = [["deb", "openssl", "3.0.11-1~deb12u2", arch] for arch in ("amd64", None)]
    older: list[str | None] = ["deb", "openssl", "3.0.9-1", "amd64"]
    first, second = (machine(callers, n, "12.5", *both) for n in (1, 2))
    third = machine(callers, 3, "12.5", *both, older)
    bring(database, world, [DEBIAN])
    (row,) = callers.admin.get("/advisories")["rows"]
    here = f"/advisories/{row['advisory']['id']}"
    lines: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = callers.admin.get(f"{here}/items", limit=1, cursor=cursor)
        lines += page["rows"]
        cursor = page["next_cursor"]
    # Another version is another thing to mend.
    assert [line["item_id"] for line in lines] == [first, second, third, third]
    assert {line["version"] for line in lines[2:]} == {"3.0.11-1~deb12u2", "3.0.9-1"}
    assert lines == callers.admin.get(f"{here}/items")["rows"]
    # Lists, the advisory and the file count the same machines.
    items = len({line["item_id"] for line in lines})
    assert (row["items"], callers.admin.get(here)["items"]) == (items, items)
    table = callers.admin.send("GET", f"{here}/items.csv")
    assert (table.status_code, table.mimetype) == (200, "text/csv")
    read = list(csv.DictReader(io.StringIO(table.get_data().decode("utf-8-sig"))))
    assert [(one["item_id"], one["item"], one["product"], one["version"]) for one in read] == [
        (str(line["item_id"]), line["item"], line["product"], line["version"]) for line in lines
    ]
    assert {(one["advisory"], one["severity"], one["fixed"]) for one in read} == {
        ("DSA-9001-1", "critical", "3.0.14-1~deb12u1")
    }


def test_a_file_of_lines_holds_what_its_reader_sees(
    callers: Callers, database: Database, world: World, old: int, local_manager: Caller
) -> None:
    bring(database, world, [DEBIAN])
    bring(database, world, CYCLES, "debian.json")
    known = callers.admin.get("/advisories")["rows"][0]["advisory"]["id"]
    assert local_manager.send("GET", f"/advisories/{known}/items.csv").status_code == 404
    (cycle,) = callers.admin.get("/support-ends")
    one = callers.admin.get(f"/advisories/{cycle['advisory_id']}")
    assert (one["items"], one["ends_on"]) == (1, "2026-06-10")
    table = callers.reader.send("GET", f"/advisories/{cycle['advisory_id']}/items.csv")
    (line,) = csv.DictReader(io.StringIO(table.get_data().decode("utf-8-sig")))
    assert (line["item_id"], line["product"], line["version"], line["fixed"]) == (
        str(old),
        "Debian GNU/Linux",
        "12.5",
        "",
    )


def _firefoxes(callers: Callers, *versions: str) -> dict[int, str]:
    """Make a machine for each version; return which has which."""
    return {
        machine(
            callers, n, "12.5", ["windows", "Mozilla Firefox (x64 en-US)", version, ""]
        ): version
        for n, version in enumerate(versions, 1)
    }


def _meant(callers: Callers, of: dict[int, str]) -> list[str]:
    rows = callers.admin.get("/advisories")["rows"]
    if not rows:
        return []
    where = callers.admin.get(f"/advisories/{rows[0]['advisory']['id']}/items")["rows"]
    assert len(where) == rows[0]["items"]
    return sorted(of[row["item_id"]] for row in where)


@pytest.mark.parametrize(
    ("borders", "meant"),
    [
        (("versionStartExcluding", "versionEndExcluding"), ["115.0.1"]),
        (("versionStartExcluding", "versionEndIncluding"), ["115.0.1", "128.0"]),
        (("versionStartIncluding", "versionEndExcluding"), ["115.0", "115.0.1"]),
        (("versionStartIncluding", "versionEndIncluding"), ["115.0", "115.0.1", "128.0"]),
    ],
)
@pytest.mark.parametrize("first", ["the file", "the machines"])
def test_borders_of_nvd_hold_whichever_comes_first(
    callers: Callers,
    database: Database,
    world: World,
    borders: tuple[str, str],
    meant: list[str],
    first: str,
) -> None:
    document = answer_of_nvd(**dict(zip(borders, ("115.0", "128.0"), strict=True)))
    versions = ("114.0", "115.0", "115.0.1", "128.0", "128.0.1")
    if first == "the file":
        bring(database, world, document)
        machines = _firefoxes(callers, *versions)
        with database.writing() as session:
            match_new_releases(session)
    else:
        machines = _firefoxes(callers, *versions)
        bring(database, world, document)
    assert _meant(callers, machines) == meant
    (row,) = callers.admin.get("/advisories")["rows"]
    told = callers.admin.get(f"/advisories/{row['advisory']['id']}")
    begins, ends = ("after" if "Excluding" in borders[0] else "introduced"), borders[1]
    assert told["ranges_total"] == len(told["ranges"]) == 2
    for one in told["ranges"]:
        assert (one["introduced"] + one["after"], one[begins]) == ("115.0", "115.0")
        assert one["fixed" if ends == "versionEndExcluding" else "last"] == "128.0"


def test_an_old_file_that_is_brought_again_gets_its_borders_right(
    callers: Callers, database: Database, world: World
) -> None:
    machines = _firefoxes(callers, "115.0", "115.0.1")
    document = answer_of_nvd(versionStartExcluding="115.0", versionEndExcluding="128.0")
    bring(database, world, document)
    # As versions of Cadastre that took the border for a part of it left it behind.
    with database.writing() as session:
        session.execute(update(AdvisoryRange).values(introduced="115.0"))
        advisory_id = session.scalars(select(Advisory.id)).one()
        release_id = session.scalars(
            select(SoftwareRelease.id).where(SoftwareRelease.version == "115.0")
        ).one()
        wrong = AdvisoryMatch(
            advisory_id=advisory_id, release_id=release_id, system="", system_release="", fixed=""
        )
        session.add(wrong)
    assert _meant(callers, machines) == ["115.0", "115.0.1"]
    bring(database, world, document)
    assert _meant(callers, machines) == ["115.0.1"]
