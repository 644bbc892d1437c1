"""Directories on pages: connected to a real one, tried out, synchronised, held back."""

import re
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.people.models import Directory, DirectoryRun
from tests.support.directory import SlapdServer
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers

DIRECTORIES = "/administration/directories"
SECRET = "only reading"


def _form(world: World, **changes: str) -> dict[str, Any]:
    return {
        "name": "Company directory",
        "code": "company",
        "flavour": "openldap",
        "organisation_id": str(world.root.id),
        "url": "ldaps://ldap.example.test",
        "start_tls": "1",
        "enabled": "1",
        "authority": "",
        "base_dn": "dc=example,dc=test",
        "person_filter": "",
        "group_filter": "",
        "bind_dn": "cn=reader,dc=example,dc=test",
        "password": SECRET,
        **changes,
    }


def _only(database: Database) -> Directory:
    with database.reading() as session:
        return session.query(Directory).one()


def test_without_a_directory_the_page_says_what_one_is_for(admin: Browser) -> None:
    assert "No directory is connected" in admin.read(DIRECTORIES)


def test_a_directory_is_kept_and_its_password_never_shown(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    kept = _only(database)
    assert kept.has_password
    assert kept.person_filter == "(objectClass=inetOrgPerson)"
    for address in (where, f"{where}/edit", DIRECTORIES):
        assert SECRET not in admin.read(address)


def test_a_refused_form_keeps_all_but_the_password(admin: Browser, world: World) -> None:
    answer = admin.post(f"{DIRECTORIES}/new", **_form(world, url="http://ldap.example.test"))
    assert answer.status_code == 422
    assert "It begins with ldap:// or ldaps://" in answer.text
    assert 'value="http://ldap.example.test"' in answer.text
    assert SECRET not in answer.text


def test_an_empty_password_keeps_the_one_that_is_stored(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    sealed = _only(database).sealed_password
    admin.done(f"{where}/edit", **_form(world, password="", name="Renamed", version="1"))
    changed = _only(database)
    assert (changed.name, changed.sealed_password) == ("Renamed", sealed)
    del_ticks = _form(world, password="", version="2")
    del del_ticks["enabled"]
    admin.done(f"{where}/edit", **del_ticks)
    assert not _only(database).enabled


def test_a_stale_form_is_refused(admin: Browser, world: World) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    answer = admin.post(f"{where}/edit", **_form(world, version="7"))
    assert answer.status_code == 412


def test_a_directory_that_does_not_answer_is_told_not_raised(admin: Browser, world: World) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world, url="ldap://127.0.0.1:1"))
    page = admin.post(f"{where}/try")
    assert page.status_code == 200
    assert "It does not work yet" in page.text


def test_trying_out_shows_what_the_first_entries_would_become(
    admin: Browser, world: World, directory: SlapdServer
) -> None:
    directory.add(f"ou=people,{directory.base_dn}", ["organizationalUnit"], {})
    directory.add(
        f"uid=ines,ou=people,{directory.base_dn}",
        ["inetOrgPerson"],
        {"cn": "Inés Soler", "sn": "Soler", "mail": "ines@example.test"},
    )
    typed = _form(
        world,
        url=directory.tls_url,
        authority=directory.authority.read_text(encoding="ascii"),
        bind_dn=directory.reader_dn,
        password=directory.reader_password,
    )
    where = admin.done(f"{DIRECTORIES}/new", **typed)
    page = admin.post(f"{where}/try").text
    assert "It answers." in page
    assert "Inés Soler" in page
    assert "Inés Soler" not in admin.read("/people")


def test_a_synchronisation_is_asked_for_and_watched(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    assert "Never synchronised" in admin.read(where)
    admin.done(f"{where}/synchronise")
    with database.reading() as session:
        job = session.query(Job).one()
    assert job.payload == {"directory_id": _only(database).id, "confirm": False}
    assert 'hx-trigger="every 2s"' in admin.read(where)


def test_one_that_was_held_back_waits_for_somebody_s_word(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    with database.writing() as session:
        session.add(
            DirectoryRun(
                directory_id=_only(database).id,
                started_at=utc_now(),
                finished_at=utc_now(),
                state="held",
                report={
                    "doubt": "8 of 8 people would be disabled",
                    "leaving": [world.reader.person_id],
                },
            )
        )
    page = admin.read(where)
    assert "8 of 8 people would be disabled" in page
    assert "Rob Reader" in page
    assert re.search(r'name="confirm" value="yes"', page)
    admin.done(f"{where}/synchronise", confirm="yes")
    with database.reading() as session:
        assert session.query(Job).one().payload["confirm"] is True


def test_the_page_says_how_changes_are_learnt_and_what_would_be_better(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world, flavour="active_directory"))
    assert "Replicating Directory Changes" not in admin.read(where)
    for state, told in (
        ({"way": "numbers", "why": "right_missing"}, "the right “Replicating Directory Changes”"),
        ({"way": "numbers", "why": "not_offered"}, "This controller does not offer DirSync."),
        ({"way": "dirsync", "why": ""}, "by a cookie (DirSync)"),
        ({"way": "stamps", "why": ""}, "by time stamps (modifyTimestamp)"),
    ):
        with database.writing() as session:
            session.query(Directory).one().state = state
        assert told in admin.read(where)


def test_a_second_login_is_kept_when_attributes_are_saved(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world, flavour="active_directory"))
    assert "Second login" in admin.read(f"{where}/mapping")
    admin.done(f"{where}/mapping", principal="mail", version="1")
    assert _only(database).mapping == {"principal": ["mail"]}


def test_directories_are_for_those_who_administer_them(
    browser_of: Browsers, admin: Browser, world: World
) -> None:
    where = admin.done(f"{DIRECTORIES}/new", **_form(world))
    agent = browser_of(world.agent.person_id)
    for address in (where, f"{where}/edit"):
        assert agent.get(address).status_code == 403
    for address in (f"{where}/synchronise", f"{where}/try", f"{where}/edit"):
        assert agent.post(address, **_form(world)).status_code == 403
