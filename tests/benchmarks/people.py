"""People: a directory synchronised whole and by changes, and what knowing somebody costs a request.

``BENCH_PEOPLE`` says how many people the directory holds (100,000 without it); a twentieth of
that are groups, of forty members each, every tenth inside another group.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.foundation.database import Database
from server.foundation.edge.requests import request_state
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.people.actions.directories import create_directory
from server.people.authentication import authenticate
from server.people.rules.sync_plan import SyncReport
from server.people.sources import Access
from server.people.sync import sync_directory
from server.wiring import REACTIONS
from tests.benchmarks.figures import calibrate, note, tell
from tests.support.databases import prepare_schema
from tests.support.directory import SlapdServer
from tests.support.people import World, make_world, token_of
from web.site import create_site

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
GROUPS = max(1, PEOPLE // 20)
_MEMBERS = 40
_NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
_ASKED = 2_000
_CHANGED = 100


def run() -> None:
    """Tell all figures."""
    calibrate()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = f"sqlite:///{folder / 'people.sqlite'}"
        prepare_schema(url)
        database = Database(url, REACTIONS)
        with database.writing() as session:
            world = make_world(session)
        _measure_directory(database, world, folder, url)
        _measure_requests(database, world, folder)
        database.dispose()


def _measure_requests(database: Database, world: World, folder: Path) -> None:
    site = create_site(Settings(home=folder, job_threads=0), database)
    assert world.agent.person_id is not None
    with database.writing() as session:
        token = token_of(session, world.agent.person_id, "bench")
    headers = {"Authorization": f"Bearer {token}"}
    with site.test_request_context("/api/v1/items", headers=headers), database.reading() as session:
        request_state()

        def ask() -> None:
            actor = authenticate(session)
            assert actor is not None
            actor.require(Permission.ITEM_READ)

        ask()
        began = time.process_time()
        for _ in range(_ASKED):
            ask()
        each = (time.process_time() - began) / _ASKED * 1000
    met = each < 1
    tell("authentication and permission", each, "ms CPU", "< 1", met=met, setting="token, SQLite")


def _measure_directory(database: Database, world: World, folder: Path, url: str) -> None:
    place = folder / "slapd"
    place.mkdir()
    server = SlapdServer(place)
    configuration = place / "slapd.conf"
    text = configuration.read_text("utf-8").replace("maxsize 67108864", "maxsize 8589934592")
    configuration.write_text(text, "utf-8")
    note(f"filling a directory with {PEOPLE} people and {GROUPS} groups")
    with (place / "people.ldif").open("w", encoding="utf-8") as ldif:
        ldif.writelines(entry + "\n" for entry in _entries(server))
    command = ["slapadd", "-q", "-f", str(configuration), "-l", str(place / "people.ldif")]
    subprocess.run(command, check=True, capture_output=True)
    server.start()
    try:
        _synchronise(database, world, folder, server, url)
    finally:
        server.stop()


def _synchronise(
    database: Database, world: World, folder: Path, server: SlapdServer, url: str
) -> None:
    secrets = SecretBox(folder / "secret.key")
    with database.writing() as session:
        particulars = {
            "code": "bench",
            "name": "Bench",
            "url": server.tls_url,
            "authority": server.authority.read_text("ascii"),
            "base_dn": server.base_dn,
            "bind_dn": server.reader_dn,
            "password": server.reader_password,
            "organisation_id": world.root.id,
        }
        number = create_directory(session, world.admin, particulars, secrets, _NOON).id
    setting = f"{PEOPLE} people, {GROUPS} groups of {_MEMBERS}, slapd, SQLite, two cores shared"

    def sync(minutes: int, *, delta: bool = True) -> SyncReport:
        now = _NOON + timedelta(minutes=minutes)
        return sync_directory(database, Access(secrets), number, now, delta=delta)

    def note_times(figure: str, wall: float, cpu: float, limit: float) -> None:
        tell(figure, wall, "s", f"< {limit:g}", met=wall < limit, setting=setting)
        tell(f"{figure}, processor", cpu, "s CPU", "none", met=True, setting=setting)

    def measure(figure: str, work: Callable[[], SyncReport], limit: float) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        report = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert report.state == "finished", (report.state, report.error, report.doubt)
        note_times(figure, wall, cpu, limit)

    peak = 0.0
    for minutes, figure in enumerate(("everybody new", "nothing changed")):
        told = _in_a_worker(url, folder, number, _NOON + timedelta(minutes=minutes))
        note_times(f"full sync, {figure}", told["wall"], told["cpu"], 240)
        peak = max(peak, told["peak"])
    tell("memory of a worker at its peak", peak, "MB", "< 300", met=peak < 300, setting=setting)
    # Filled within one second, the directory is looked through once more before that settles.
    sync(20)
    measure("delta, nothing changed", lambda: sync(30), 2)
    for person in range(_CHANGED):
        server.modify(_dn(server, person), {"title": ["Changed"]})
    measure(f"delta, {_CHANGED} people changed", lambda: sync(40), 10)


def _in_a_worker(url: str, folder: Path, number: int, now: datetime) -> dict[str, float]:
    """Synchronise everything in a worker's process; return its times (s) and peak (MB)."""
    told = [url, str(folder / "secret.key"), str(number), now.isoformat()]
    command = [sys.executable, "-m", "tests.benchmarks.people_worker", *told]
    answer = subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1]
    found = json.loads(answer)
    assert found["state"] == "finished", found
    return {name: float(found[name]) for name in ("wall", "cpu", "peak")}


def _dn(server: SlapdServer, person: int) -> str:
    return f"uid=p{person},ou=people,{server.base_dn}"


def _entries(server: SlapdServer) -> Iterator[str]:
    """Yield the lines of the directory as LDIF."""
    yield f"dn: {server.base_dn}\nobjectClass: dcObject\nobjectClass: organization\no: Example\n"
    yield (
        f"dn: {server.reader_dn}\nobjectClass: organizationalRole\n"
        f"objectClass: simpleSecurityObject\nuserPassword: {server.reader_password}\n"
    )
    for unit in ("people", "groups"):
        yield f"dn: ou={unit},{server.base_dn}\nobjectClass: organizationalUnit\n"
    for person in range(PEOPLE):
        yield (
            f"dn: {_dn(server, person)}\nobjectClass: inetOrgPerson\nuid: p{person}\n"
            f"cn: Person {person}\nsn: Person\ngivenName: Number {person}\n"
            f"mail: p{person}@example.test\ntelephoneNumber: {person}\ntitle: Clerk\n"
            f"departmentNumber: D{person % 97}\nl: Site {person % 13}\n"
            f"manager: {_dn(server, person // 10)}\n"
        )
    for group in range(GROUPS):
        inside = [_dn(server, (group * 17 + step * 131) % PEOPLE) for step in range(_MEMBERS)]
        if group % 10 == 0 and group + 1 < GROUPS:
            inside.append(f"cn=g{group + 1},ou=groups,{server.base_dn}")
        members = "".join(f"member: {dn}\n" for dn in dict.fromkeys(inside))
        yield (
            f"dn: cn=g{group},ou=groups,{server.base_dn}\nobjectClass: groupOfNames\n"
            f"cn: g{group}\n{members}"
        )
