from typing import Any

import pytest
from sqlalchemy import select

from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.people.models import Directory
from server.wiring import JOBS
from tests.server.people.company import Company
from tests.server.people.conftest import As
from tests.support.people import World

DIRECTORIES = "/api/v1/directories"


def _document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def _body(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "code": "corp",
        "name": "Corporate directory",
        "url": "ldaps://ldap.example.test",
        "base_dn": "dc=example,dc=test",
        "bind_dn": "cn=reader,dc=example,dc=test",
        "password": "only reading",
        "organisation_id": world.root.id,
    } | changes


def test_a_password_goes_in_and_never_comes_out(
    as_: As, database: Database, world: World, settings: Settings
) -> None:
    client = as_(world.admin.person_id)
    made = client.post(DIRECTORIES, json=_body(world))
    assert made.status_code == 201, made.json
    document = _document(made)
    url = f"{DIRECTORIES}/{document['id']}"
    assert document["has_password"] is True
    assert document["person_filter"] == "(objectClass=inetOrgPerson)"
    for answer in (made, client.get(url), client.get(DIRECTORIES)):
        assert "only reading" not in answer.text
        assert "sealed" not in answer.text
    with database.reading() as session:
        sealed = session.scalars(select(Directory.sealed_password)).one()
    assert sealed
    assert "only reading" not in sealed
    assert settings.key_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"name": "Other"}, True),
        ({"url": "ldaps://ldap.example.test"}, True),
        ({"url": "ldaps://evil.example.test"}, False),
        ({"start_tls": False}, False),
        ({"authority": "another"}, False),
        ({"url": "ldaps://new.example.test", "password": "known"}, True),
        ({"password": ""}, False),
    ],
)
def test_another_address_blanks_the_password(
    as_: As, world: World, changes: dict[str, Any], kept: bool
) -> None:
    client = as_(world.admin.person_id)
    url = f"{DIRECTORIES}/{_document(client.post(DIRECTORIES, json=_body(world)))['id']}"
    changed = client.patch(url, json=changes)
    assert changed.status_code == 200, changed.json
    assert _document(changed)["has_password"] is kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://ldap.example.test"}, "url"),
        ({"url": "ldap://"}, "url"),
        ({"url": "ldap://host:99999"}, "url"),
        ({"url": "ldap://user:secret@host"}, "url"),
        ({"url": "ldap://host/dc=x??sub"}, "url"),
        ({"url": "ldap://ldap.example.test", "start_tls": False}, "url"),
        ({"person_filter": "objectClass=person"}, "person_filter"),
        ({"group_filter": "(((("}, "group_filter"),
        ({"mapping": {"shoe_size": "x"}}, "mapping.shoe_size"),
        ({"mapping": {"login": "a)(b"}}, "mapping.login"),
        ({"flavour": "novell"}, "flavour"),
        ({"code": "With Space"}, "code"),
        ({"password": "a\0b"}, "password"),
        ({"authority": "\ud800"}, "authority"),
        ({"organisation_id": 9999}, "organisation_id"),
        ({"sealed_password": "x"}, "sealed_password"),
        ({"state": {}}, "state"),
    ],
)
def test_a_wrong_directory_is_refused_by_field(
    as_: As, world: World, changes: dict[str, Any], field: str
) -> None:
    answer = as_(world.admin.person_id).post(DIRECTORIES, json=_body(world, **changes))
    assert answer.status_code == 422, answer.json
    assert [error["field"] for error in _document(answer)["errors"]] == [field]


def test_a_code_is_unique_and_changes_are_conditional(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    made = client.post(DIRECTORIES, json=_body(world))
    assert client.post(DIRECTORIES, json=_body(world)).status_code == 409
    url = f"{DIRECTORIES}/{_document(made)['id']}"
    etag = client.get(url).headers["ETag"]
    assert client.patch(url, json={}, headers={"If-Match": etag}).status_code == 200
    assert client.patch(url, json={}, headers={"If-Match": etag}).status_code == 412


def test_directories_are_for_those_who_administer_them(as_: As, world: World) -> None:
    made = as_(world.admin.person_id).post(DIRECTORIES, json=_body(world))
    url = f"{DIRECTORIES}/{_document(made)['id']}"
    reader = as_(world.reader.person_id)
    for answer in (
        reader.get(DIRECTORIES),
        reader.post(DIRECTORIES, json=_body(world, code="mine")),
        reader.get(url),
        reader.patch(url, json={}),
        reader.post(f"{url}/test"),
        reader.post(f"{url}/sync", json={}),
        reader.get(f"{url}/runs"),
    ):
        assert answer.status_code == 403


def test_trying_out_shows_what_the_first_entries_would_become(
    as_: As, world: World, company: Company
) -> None:
    company.form("Team", company.hire("anna", displayName="Anna Example"))
    client = as_(world.admin.person_id)
    tried = _document(client.post(f"{DIRECTORIES}/{company.directory_id}/test"))
    assert (tried["ok"], tried["groups"]) == (True, ["Team"])
    assert [(one["login"], one["display_name"]) for one in tried["people"]] == [
        ("anna", "Anna Example")
    ]
    url = f"{DIRECTORIES}/{company.directory_id}"
    client.patch(url, json={"password": "wrong"})
    tried = _document(client.post(f"{url}/test"))
    assert tried["ok"] is False
    assert "invalidCredentials" in tried["detail"]


def test_a_synchronisation_is_a_job_and_its_report_a_run(
    as_: As, database: Database, world: World, company: Company, settings: Settings
) -> None:
    company.hire("anna")
    client = as_(world.admin.person_id)
    url = f"{DIRECTORIES}/{company.directory_id}"
    asked = client.post(f"{url}/sync", json={})
    assert asked.status_code == 202, asked.json
    assert client.post(f"{url}/sync", json={}).json == asked.json
    with database.reading() as session:
        job = session.get_one(Job, _document(asked)["job_id"])
        kind, payload = job.kind, job.payload
    result = JOBS[kind].run(JobContext(database, settings, payload))
    assert result is not None
    assert result["persons_created"] == 1
    (run,) = _document(client.get(f"{url}/runs"))["rows"]
    assert (run["state"], run["report"]["persons_created"]) == ("finished", 1)


def test_every_directory_that_is_switched_on_is_synchronised_by_the_hour(
    database: Database, company: Company, settings: Settings
) -> None:
    JOBS["people.sync_directories"].run(JobContext(database, settings, {}))
    with database.reading() as session:
        waiting = session.scalars(select(Job.payload).where(Job.state == "queued")).all()
    assert waiting == [{"directory_id": company.directory_id}]
    JOBS["people.tidy"].run(JobContext(database, settings, {}))


def test_how_changes_are_learnt_is_told(as_: As, company: Company, world: World) -> None:
    company.hire("anna")
    where = f"{DIRECTORIES}/{company.directory_id}"
    client = as_(world.admin.person_id)
    assert _document(client.get(where))["changes_by"] == ""
    company.sync()
    found = _document(client.get(where))
    assert (found["changes_by"], found["changes_by_why"]) == ("stamps", "")
