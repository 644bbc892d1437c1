"""Administration on pages: who may enter which corner, jobs, acts, roles and tokens."""

import os
import re

import pytest

from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Permission
from server.foundation.settings import Settings
from server.people.actions.roles import Holder, Scope, create_role, give_role
from server.people.models import ApiToken
from tests.support.people import BEGINNING, World
from tests.web.pages.conftest import Browser, Browsers

CORNERS = (
    "/administration",
    "/administration/agents",
    "/administration/directories",
    "/administration/roles",
    "/administration/roles/give",
    "/administration/jobs",
    "/administration/acts",
)


@pytest.mark.parametrize("corner", CORNERS)
def test_the_administrator_enters_every_corner(admin: Browser, corner: str) -> None:
    admin.read(corner)


@pytest.mark.parametrize("corner", CORNERS)
def test_a_support_agent_enters_none(browser_of: Browsers, world: World, corner: str) -> None:
    agent = browser_of(world.agent.person_id)
    assert agent.get(corner).status_code == 403
    assert "/administration" not in agent.read("/account")


def test_who_administers_agents_alone_sees_that_corner_alone(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        create_role(
            session, world.admin, "agents_only", {"en": "Agents"}, {Permission.ADMIN_AGENTS}
        )
        holder = Holder(person_id=world.nobody.person_id)
        give_role(session, "agents_only", holder, Scope(world.root.id), BEGINNING)
    somebody = browser_of(world.nobody.person_id)
    page = somebody.read("/administration")
    assert "/administration/agents" in page
    assert "/administration/jobs" not in page
    assert somebody.get("/administration/acts").status_code == 403


def test_a_dead_job_shows_its_error_and_runs_again(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        number = enqueue(session, "people.tidy")
        job = session.get_one(Job, number)
        job.state, job.error, job.failures = "dead", "the disk <b>is</b> full", 5
    page = admin.read("/administration/jobs?state=dead")
    assert "the disk &lt;b&gt;is&lt;/b&gt; full" in page
    assert "Clear away old sessions" in page
    admin.done(f"/administration/jobs/{number}/retry", state="dead")
    with database.reading() as session:
        assert session.get_one(Job, number).state == "queued"
    admin.done(f"/administration/jobs/{number}/cancel", state="queued")
    assert admin.post(f"/administration/jobs/{number}/cancel").status_code == 409


def test_a_running_job_shows_how_far_it_is(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        job = session.get_one(Job, enqueue(session, "people.sync_directories"))
        job.state, job.started_at = "running", BEGINNING
        job.progress = {"what": "entries", "done": 30, "total": 100}
    page = admin.read("/administration/jobs")
    assert re.search(r'<progress value="30" max="100" aria-label="entries">', page)
    assert 'hx-trigger="every 3s"' in page


def test_a_backup_that_is_too_old_is_said_where_jobs_are_and_one_floor_above(
    admin: Browser, settings: Settings
) -> None:
    page = admin.read("/administration/jobs")
    assert "There is no backup below the data folder." in page
    assert "too old" not in page
    made = settings.home / "backups" / "nightly-20260101-021000.tar.gz"
    made.parent.mkdir()
    made.write_bytes(b"")
    os.utime(made, (BEGINNING.timestamp(), BEGINNING.timestamp()))
    assert "The last backup is too old" in admin.read("/administration")
    page = admin.read("/administration/jobs")
    assert "The last backup is too old." in page
    assert "2026" in page
    made.touch()
    assert "too old" not in admin.read("/administration/jobs")
    assert "The last backup is too old" not in admin.read("/administration")


def test_jobs_are_handled_by_those_who_hold_the_whole_tree(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        number = enqueue(session, "people.tidy")
        give_role(
            session,
            "administrator",
            Holder(person_id=world.outsider.person_id),
            Scope(world.sales.id),
            BEGINNING,
        )
    local = browser_of(world.outsider.person_id)
    assert local.get("/administration/jobs").status_code == 403
    assert local.get("/administration/acts").status_code == 403
    assert local.post(f"/administration/jobs/{number}/cancel").status_code == 403


def test_acts_are_told_in_words_and_can_be_filtered(admin: Browser, world: World) -> None:
    admin.done(f"/people/{world.reader.person_id}/login/switch", close="yes")
    page = admin.read("/administration/acts?act=login_closed")
    assert "closed a log-in" in page
    assert "Ada Admin" in page
    assert "Nothing fits" in admin.read("/administration/acts?subject=person:999")


def test_a_role_is_given_shown_and_taken_back(admin: Browser, world: World) -> None:
    where = admin.done(
        "/administration/roles/give",
        role="reader",
        person=str(world.nobody.person_id),
        organisation_id=str(world.sales.id),
    )
    assert where == f"/people/{world.nobody.person_id}"
    assert "Reader" in admin.read(where)
    listed = admin.read("/administration/roles?role=reader")
    assert "Nora Nobody" in listed
    grant = re.search(r"/administration/roles/grants/(\d+)/withdraw", listed)
    assert grant is not None
    admin.done(grant.group(0))
    assert "Nora Nobody" not in admin.read("/administration/roles?role=reader")


def test_a_role_is_not_given_twice_nor_to_nobody(admin: Browser, world: World) -> None:
    form = {"role": "reader", "organisation_id": str(world.root.id)}
    address = "/administration/roles/give"
    assert admin.post(address, **form).status_code == 422
    twice = admin.post(address, **form, person=str(world.reader.person_id))
    assert twice.status_code == 409
    assert "They hold this already." in twice.text


def test_nobody_gives_more_than_they_hold(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        give_role(
            session,
            "administrator",
            Holder(person_id=world.outsider.person_id),
            Scope(world.sales.id),
            BEGINNING,
        )
    local = browser_of(world.outsider.person_id)
    answer = local.post(
        "/administration/roles/give",
        role="administrator",
        person=str(world.nobody.person_id),
        organisation_id=str(world.root.id),
    )
    assert answer.status_code in {403, 422}
    local.done(
        "/administration/roles/give",
        role="reader",
        person=str(world.nobody.person_id),
        organisation_id=str(world.sales.id),
    )


def test_a_token_is_shown_once_works_and_is_revoked(
    admin: Browser, database: Database, world: World
) -> None:
    made = admin.post("/account/tokens", name="nightly import", days="30", permission="item:read")
    assert made.status_code == 200
    found = re.search(r"<pre[^>]*>(cad[a-z]*_[^<]+)</pre>", made.text)
    assert found is not None
    secret = found.group(1)
    listed = admin.read("/account/tokens")
    assert "nightly import" in listed
    assert secret not in listed
    asked = admin.get("/api/v1/session", headers={"Authorization": f"Bearer {secret}"})
    assert (asked.json or {})["scope"] == ["item:read"]
    with database.reading() as session:
        number = session.query(ApiToken.id).scalar()
    admin.done(f"/account/tokens/{number}/revoke")
    again = admin.get("/api/v1/session", headers={"Authorization": f"Bearer {secret}"})
    assert again.status_code == 401


def test_everybody_keeps_their_own_tokens_and_nobody_else_s(
    admin: Browser, nobody: Browser, database: Database
) -> None:
    assert nobody.post("/account/tokens", name="mine").status_code == 200
    with database.reading() as session:
        number = session.query(ApiToken.id).scalar()
    assert ">mine<" in nobody.read("/account/tokens")
    assert ">mine<" not in admin.read("/account/tokens")
    assert admin.post(f"/account/tokens/{number}/revoke").status_code == 404


def test_a_token_without_a_name_is_refused_and_the_ticks_stay(admin: Browser) -> None:
    answer = admin.post("/account/tokens", name=" ", permission=["item:read", "nonsense"])
    assert answer.status_code == 422
    assert 'value="item:read" checked' in answer.text
