"""Reports to a server that dies: what was acknowledged is there, what was not comes again."""

import os
import signal
import threading
from dataclasses import dataclass, field

from tests.server.command_line import Cadastre, Running
from tests.server.items.machines import report, software
from tests.support.processes import free_port

#: After so many acknowledged reports the server is killed, while others are on their way.
KILLED_AFTER = (1, 7, 20)


@dataclass
class Sender:
    """Machines that enrol and report, one after the other; ``acknowledged``: name to item."""

    running: Running
    token: str
    number: int
    acknowledged: dict[str, int] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            name = f"machine-{self.number}-{count}-{self.running.process.pid}"
            wish = {"token": self.token, "agent_id": name}
            status, body = self.running.send("POST", "/api/v1/agents/enrol", body=wish)
            if status != 201:
                return
            status, answer = self.running.send("POST", "/api/v1/reports", body["key"], _first(name))
            if status != 202:
                return
            self.acknowledged[name] = answer["item"]


def _first(name: str) -> dict[str, object]:
    identity = {"hostname": name, "machine_id": os.urandom(16).hex(), "macs": []}
    packages = software(**{f"package-{number}": "1.0" for number in range(50)})
    return report({"identity": identity, "software": packages}, agent_id=name)


def test_reports_that_were_acknowledged_survive_kill_9(cadastre_anywhere: Cadastre) -> None:
    port = free_port()
    running = cadastre_anywhere.serve(port=port).wait_until_ready()
    words = ("token", "create", "--login", "admin", "--name", "test", "--quiet")
    admin = cadastre_anywhere.succeed(*words).strip()
    acknowledged: dict[str, int] = {}
    for least in KILLED_AFTER:
        acknowledged |= _until_killed(running, admin, least)
        running = cadastre_anywhere.serve(port=port).wait_until_ready()
        for name, item_id in acknowledged.items():
            status, item = running.get(f"/api/v1/items/{item_id}", admin)
            assert (status, item["name"]) == (200, name)
            _, listed = running.get(f"/api/v1/items/{item_id}/software?limit=100", admin)
            assert len(listed["rows"]) == 50
    assert running.stop() == 0


def _until_killed(running: Running, admin: str, least: int) -> dict[str, int]:
    wish = {"name": "t", "organisation_id": 1, "uses": None}
    status, made = running.send("POST", "/api/v1/enrolment-tokens", admin, wish)
    assert status == 201
    senders = [Sender(running, made["token"], number) for number in range(4)]
    stop, enough = threading.Event(), threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in senders]
    for thread in threads:
        thread.start()
    try:
        while sum(len(one.acknowledged) for one in senders) < least:
            assert any(thread.is_alive() for thread in threads)
            enough.wait(0.005)
        running.stop(signal.SIGKILL)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    return {name: item for one in senders for name, item in one.acknowledged.items()}
