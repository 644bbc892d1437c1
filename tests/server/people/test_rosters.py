"""A personnel list beside a real directory: who says what, who wins, who leaves."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cmdb.records.parties import Person
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.wiring import JOBS
from tests.server.people.company import Company
from tests.server.people.conftest import As
from tests.support.people import World

ROSTERS = "/api/v1/rosters"
_FILE = (
    "Personnel number;Name;E-mail;Job title;Phone;Manager;Leaving date\n"
    "1;Anna L;anna@example.test;Head of engines;9;2;\n"
    "2;Bob B;bob@example.test;Director;9;;\n"
    "3;Eve E;eve@example.test;Trainee;9;1;\n"
)


def _run_jobs(database: Database, settings: Settings) -> None:
    with database.reading() as session:
        waiting = session.scalars(
            select(Job).where(Job.kind == "people.read_roster", Job.state == "queued")
        ).all()
    for job in waiting:
        context = JobContext(
            database=database, settings=settings, job_id=job.id, payload=job.payload
        )
        JOBS[job.kind].run(context)
        with database.writing() as session:
            session.get_one(Job, job.id).state = "done"


def _person(database: Database, mail: str) -> Person:
    with database.reading() as session:
        found = session.scalars(select(Person).where(Person.email_key == mail)).one()
        session.expunge(found)
        return found


def _told(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def _faults(answer: Any) -> list[str]:
    return [fault["field"] for fault in answer.json["errors"]]


class Office:
    """A personnel office that delivers its list over REST."""

    def __init__(self, client: FlaskClient, database: Database, settings: Settings) -> None:
        self._client, self._database, self._settings = client, database, settings
        self._url = ""

    def open(self, world: World) -> "Office":
        """Set the list up."""
        body = {"code": "hr", "name": "Personnel", "organisation_id": world.root.id}
        self._url = f"{ROSTERS}/{_told(self._client.post(ROSTERS, json=body))['id']}"
        return self

    def deliver(self, text: str) -> dict[str, Any]:
        """Deliver a file, have it carried out, and return the report."""
        url = f"{self._url}/files"
        answer = self._client.post(url, data=text.encode(), content_type="text/csv")
        assert answer.status_code == 202, answer.text
        _run_jobs(self._database, self._settings)
        return dict(_told(self._client.get(f"{self._url}/runs/{_told(answer)['id']}"))["report"])


@pytest.fixture
def office(
    as_: As, company: Company, database: Database, settings: Settings, world: World
) -> Office:
    """Return an office beside a directory with Anna and Bob in it."""
    company.hire("anna", title="Clerk", telephoneNumber="1")
    company.hire("bob", title="Clerk", employeeNumber="2", mail="robert@example.test")
    company.sync()
    return Office(as_(world.admin.person_id), database, settings).open(world)


def test_a_list_and_a_directory_speak_of_the_same_people(
    office: Office, as_: As, company: Company, database: Database, world: World
) -> None:
    report = office.deliver(_FILE)
    assert (report["persons_joined"], report["persons_created"]) == (2, 1)
    found = _person(database, "anna@example.test")
    # The list wins titles, the directory phones; the number comes with it.
    assert (found.title, found.phone, found.employee_number) == ("Head of engines", "1", "1")
    assert found.manager_id == _person(database, "robert@example.test").id
    assert _person(database, "eve@example.test").source == "hr"
    words = _told(as_(world.admin.person_id).get(f"/api/v1/people/{found.id}/words"))["items"]
    said = {one["attribute"]: one for one in words}
    assert (said["title"]["source"], said["phone"]["source"]) == ("hr", "ldap")
    assert said["title"]["others"] == [{"source": "ldap", "value": "Clerk"}]

    # The same again changes nothing; the directory's next word stands beside the list's.
    assert office.deliver(_FILE)["persons_changed"] == 0
    anna = f"uid=anna,ou=people,{company.directory.base_dn}"
    company.directory.modify(anna, {"title": ["Porter"], "telephoneNumber": ["2"]})
    company.hire("eve", telephoneNumber="3")
    synced = company.sync()
    assert (synced.persons_created, synced.managers_changed) == (1, 0)
    found = _person(database, "anna@example.test")
    assert (found.title, found.phone) == ("Head of engines", "2")
    # Whom the list knew first is the same person now that she has an account.
    eve = _person(database, "eve@example.test")
    assert (eve.source, eve.title, eve.phone) == ("ldap", "Trainee", "3")

    # Silence of the list gives the word back to the directory.
    office.deliver(_FILE.replace("Head of engines", ""))
    assert _person(database, "anna@example.test").title == "Porter"


def test_whoever_the_personnel_office_says_has_left_stays_out(
    office: Office, company: Company, database: Database
) -> None:
    office.deliver(_FILE)
    office.deliver(_FILE.replace("9;2;\n", "9;2;2020-01-31\n"))
    assert not _person(database, "anna@example.test").active
    assert company.sync().persons_changed == 0
    assert not _person(database, "anna@example.test").active
    office.deliver(_FILE)
    assert _person(database, "anna@example.test").active
    # And whom the directory lost does not come back by a list that has not heard of it.
    company.directory.delete(f"uid=anna,ou=people,{company.directory.base_dn}")
    company.sync()
    office.deliver(_FILE.replace("Head", "Chief"))
    assert not _person(database, "anna@example.test").active


def test_a_delivery_that_would_disable_many_waits_for_a_word(
    as_: As, database: Database, settings: Settings, world: World
) -> None:
    client = as_(world.admin.person_id)
    body = {"code": "hr", "name": "HR", "organisation_id": world.root.id, "complete": True}
    url = f"{ROSTERS}/{_told(client.post(ROSTERS, json=body))['id']}"
    people = [{"email": f"p{number}@example.test", "name": f"P {number}"} for number in range(8)]
    client.post(f"{url}/runs", json={"people": people})
    _run_jobs(database, settings)
    run = _told(client.post(f"{url}/runs", json={"people": people[:3]}))["id"]
    _run_jobs(database, settings)
    held = _told(client.get(f"{url}/runs/{run}"))
    assert (held["state"], held["report"]["doubt"]) == ("held", "5 of 8 people would be disabled")
    assert _person(database, "p7@example.test").active
    assert client.post(f"{url}/runs/{run}/confirm").status_code == 202
    _run_jobs(database, settings)
    assert _told(client.get(f"{url}/runs/{run}"))["report"]["persons_deactivated"] == 5
    assert not _person(database, "p7@example.test").active
    assert client.post(f"{url}/runs/{run}/confirm").status_code == 409


def test_sources_of_people_share_no_code_and_what_is_no_list_is_named(
    as_: As, company: Company, world: World
) -> None:
    assert company.directory_id
    client = as_(world.admin.person_id)
    body = {"code": "ldap", "name": "HR", "organisation_id": world.root.id}
    assert _faults(client.post(ROSTERS, json=body)) == ["code"]
    wrong = body | {"code": "hr", "columns": {"shoe": "Size"}}
    assert _faults(client.post(ROSTERS, json=wrong)) == ["columns.shoe"]
    url = f"{ROSTERS}/{_told(client.post(ROSTERS, json=body | {'code': 'hr'}))['id']}"
    empty = client.post(f"{url}/files", data=b"", content_type="text/csv")
    assert _faults(empty) == ["file"]
