"""A directory's computers on pages: how they are read, and the list of them."""

from typing import Any

import pytest

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.models import Directory, DirectoryComputer, DirectoryRun
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers

DIRECTORIES = "/administration/directories"


def _form(world: World, **changes: str) -> dict[str, Any]:
    return {
        "name": "Company directory",
        "code": "company",
        "flavour": "active_directory",
        "organisation_id": str(world.root.id),
        "url": "ldaps://ldap.example.test",
        "start_tls": "1",
        "enabled": "1",
        "authority": "",
        "base_dn": "dc=example,dc=test",
        "person_filter": "",
        "group_filter": "",
        "computer_filter": "(objectCategory=computer)",
        "computer_base": "",
        "bind_dn": "",
        "password": "",
        **changes,
    }


@pytest.fixture
def where(admin: Browser, database: Database, world: World) -> str:
    """Return the page of a directory with three computers."""
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    now = utc_now()
    with database.writing() as session:
        row = session.query(Directory).one()
        for name, why, gone in (
            ("LOST-1", "no_match", None),
            ("TWICE-1", "several", None),
            ("OLD-1", "no_match", now),
        ):
            session.add(
                DirectoryComputer(
                    directory_id=row.id,
                    organisation_id=world.root.id,
                    external_id=name,
                    dn=f"CN={name}",
                    name=name,
                    name_key=name.casefold(),
                    fqdn=f"{name.casefold()}.example.test",
                    os="Windows 11",
                    os_version="",
                    disabled=name == "TWICE-1",
                    why=why,
                    first_seen_at=now,
                    seen_at=now,
                    gone_at=gone,
                )
            )
    return where


def test_how_computers_are_read_is_kept_and_shown(
    admin: Browser, database: Database, where: str, world: World
) -> None:
    assert "(objectCategory=computer)" in admin.read(where)
    ticked = _form(world, computer_items="1", version="1")
    admin.done(f"{where}/edit", **ticked)
    with database.reading() as session:
        assert session.query(Directory).one().computer_items
    admin.done(f"{where}/edit", **_form(world, computer_filter="", version="2"))
    with database.reading() as session:
        kept = session.query(Directory).one()
    assert (kept.computer_filter, kept.computer_items) == ("", False)


def test_a_filter_that_is_none_is_refused_beside_its_field(
    admin: Browser, where: str, world: World
) -> None:
    answer = admin.post(f"{where}/edit", **_form(world, computer_filter="(", version="1"))
    assert answer.status_code == 422
    assert "one looks like (objectClass=device)" in answer.text


def test_the_work_list_says_what_no_agent_ever_saw(admin: Browser, where: str) -> None:
    page = admin.read(f"{where}/computers")
    assert "LOST-1" in page
    assert "no item has this name" in page
    assert "several items have this name" in page
    assert "OLD-1" not in page
    assert "OLD-1" in admin.read(f"{where}/computers?show=gone")
    assert "LOST-1" not in admin.read(f"{where}/computers?show=disabled")
    assert "Nothing fits" in admin.read(f"{where}/computers?q=nothing-like-this")
    # What was never offered is not asked for.
    assert "LOST-1" in admin.read(f"{where}/computers?show=whatever")


def test_the_work_list_is_a_file_too(admin: Browser, where: str) -> None:
    answer = admin.get(f"{where}/computers.csv?show=unmatched")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "LOST-1,lost-1.example.test" in answer.text


def test_a_directory_that_reads_none_says_how_to_begin(admin: Browser, world: World) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world, computer_filter=""))
    assert "No computers are read" in admin.read(f"{where}/computers")
    assert f'href="{where}/computers"' not in admin.read(where)


def test_computers_that_are_held_back_are_told_apart_from_people(
    admin: Browser, database: Database, where: str
) -> None:
    report = {
        "doubt": "8 of 40 computers would count as deleted",
        "held_part": "computers",
        "unmatched": ["LOST-1"],
    }
    with database.writing() as session:
        now = utc_now()
        run = DirectoryRun(
            directory_id=session.query(Directory).one().id,
            started_at=now,
            finished_at=now,
            state="held",
            report=report,
        )
        session.add(run)
        session.flush()
        number = run.id
    page = admin.read(where)
    assert "8 of 40 computers would count as deleted" in page
    assert "People and groups were written, computers were not." in page
    assert "Nothing was written." not in page
    assert "LOST-1" in admin.read(f"{where}/runs/{number}")


def test_the_list_is_for_who_administers_directories(
    browser_of: Browsers, where: str, world: World
) -> None:
    agent = browser_of(world.agent.person_id)
    for address in (f"{where}/computers", f"{where}/computers.csv"):
        assert agent.get(address).status_code == 403
