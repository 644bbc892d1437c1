"""Visiting a device from a page, on a real snmpd."""

from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.scanning.jobs import run_probe
from server.scanning.models import SnmpCredential
from tests.support.people import World
from tests.support.snmp import SnmpdServer
from tests.web.pages.conftest import Browser, Browsers


def _credential(admin: Browser, world: World, **changes: str) -> None:
    form = {"name": "core", "organisation_id": str(world.root.id), "version": "2c"}
    admin.done("/discovery/credentials/new", **form, **{"community": "cadastre", **changes})


def _only(database: Database) -> SnmpCredential:
    with database.reading() as session:
        return session.query(SnmpCredential).one()


def test_without_a_credential_the_page_asks_for_one(admin: Browser) -> None:
    page = admin.read("/discovery")
    assert "First keep a credential" in page
    assert "Visit a device" not in page


def test_a_credential_s_secret_is_never_shown(
    admin: Browser, database: Database, world: World
) -> None:
    _credential(admin, world, community="hush hush")
    page = admin.read("/discovery")
    assert "core" in page
    assert "hush hush" not in page
    admin.done(f"/discovery/credentials/{_only(database).id}/delete")
    assert "None is kept yet." in admin.read("/discovery")


def test_a_credential_without_a_community_is_refused(admin: Browser, world: World) -> None:
    form = {"name": "core", "organisation_id": str(world.root.id), "version": "2c"}
    answer = admin.post("/discovery/credentials/new", **form, community="")
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text


def test_a_wrong_address_is_refused_and_kept(
    admin: Browser, database: Database, world: World
) -> None:
    _credential(admin, world)
    form = {"credential_id": str(_only(database).id), "port": "161"}
    answer = admin.post("/discovery", target="10.0.0.0/8", **form)
    assert answer.status_code == 422
    assert 'value="10.0.0.0/8"' in answer.text
    assert "Type one IP address or host name." in answer.text


def test_a_visited_device_is_in_the_register(
    admin: Browser,
    database: Database,
    settings: Settings,
    world: World,
    snmpd_server: SnmpdServer,
) -> None:
    _credential(admin, world, community=snmpd_server.community)
    form = {"credential_id": str(_only(database).id), "port": str(snmpd_server.port)}
    admin.done("/discovery", target=snmpd_server.host, **form)
    waiting = admin.read("/discovery")
    assert "under way" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    with database.reading() as session:
        payload = session.query(Job).one().payload
    run_probe(JobContext(database, settings, payload))
    page = admin.read("/discovery")
    assert "found, new in the register" in page
    assert snmpd_server.name.split(".")[0] in page
    assert "hx-trigger" not in page[page.index('id="visits"') : page.index("</table>")]


def test_who_may_only_look_sees_visits_and_no_form(
    browser_of: Browsers, admin: Browser, database: Database, world: World
) -> None:
    _credential(admin, world)
    reader = browser_of(world.reader.person_id)
    page = reader.read("/discovery")
    assert "Visit a device" not in page
    form = {"credential_id": str(_only(database).id), "target": "127.0.0.1"}
    assert reader.post("/discovery", **form).status_code == 403
    assert reader.get("/discovery/credentials/new").status_code == 403
    number = _only(database).id
    assert reader.post(f"/discovery/credentials/{number}/delete").status_code == 403


def test_who_may_not_look_is_refused(nobody: Browser) -> None:
    assert nobody.get("/discovery").status_code == 403
