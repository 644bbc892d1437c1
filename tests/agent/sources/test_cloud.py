"""Which instance of which cloud: asked only where somebody wants it and the firmware names one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent.collectors import identity
from agent.machine import Machine
from agent.report import cleaned
from agent.sources import cloud
from tests.agent.recordings import made_of

Answers = dict[tuple[str, str], tuple[int, str]]


class Metadata:
    """What a cloud would answer: (method, path) to (status, text); it remembers what was asked."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.address = ""


@contextmanager
def answering(metadata: Metadata) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            metadata.asked.append((self.command, self.path, dict(self.headers.items())))
            status, text = metadata.answers.get((self.command, self.path), (404, "nothing here"))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://{metadata.address}{text}")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    metadata.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metadata]:
    told = Metadata()
    with answering(told):
        here = tuple({**row, "address": told.address} for row in cloud.PROVIDERS)
        monkeypatch.setattr(cloud, "PROVIDERS", here)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        yield told


@pytest.fixture
def instance(tmp_path: Path) -> Callable[..., Machine]:
    def made(boot: str = "boot-1", **firmware: str) -> Machine:
        machine = made_of(
            tmp_path,
            f"/proc/sys/kernel/random/boot_id = {boot}",
            *(f"/sys/class/dmi/id/{field} = {word}" for field, word in firmware.items()),
        )
        machine.asks_cloud = True
        return machine

    return made


_AMAZON = json.dumps(
    {"instanceId": "i-0abc", "region": "eu-west-1", "instanceType": "m7i.large", "accountId": "1"}
)
_DOCUMENT = ("GET", "/latest/dynamic/instance-identity/document")
_AZURE = json.dumps({"vmId": "02aab8a4-74ef", "location": "westeurope", "vmSize": "Standard_D2"})
_OPENSTACK = json.dumps({"uuid": "d8e02d56", "availability_zone": "nova", "admin_pass": "secret"})
#: Provider, firmware, answers, and what is told beside the provider.
CLOUDS: list[tuple[str, dict[str, str], Answers, tuple[str, ...]]] = [
    (
        "aws",
        {"sys_vendor": "Amazon EC2"},
        {
            ("PUT", "/latest/api/token"): (200, "a-token"),
            _DOCUMENT: (200, _AMAZON),
        },
        ("i-0abc", "eu-west-1", "m7i.large"),
    ),
    (
        "azure",
        {"chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77"},
        {("GET", "/metadata/instance/compute?api-version=2021-02-01&format=json"): (200, _AZURE)},
        ("02aab8a4-74ef", "westeurope", "Standard_D2"),
    ),
    (
        "gcp",
        {"product_name": "Google Compute Engine"},
        {
            ("GET", "/computeMetadata/v1/instance/id"): (200, "4021"),
            ("GET", "/computeMetadata/v1/instance/zone"): (200, "projects/7/zones/europe-west1-b"),
            ("GET", "/computeMetadata/v1/instance/machine-type"): (200, "projects/7/mt/e2-small"),
        },
        ("4021", "europe-west1-b", "e2-small"),
    ),
    (
        "openstack",
        {"product_name": "OpenStack Nova"},
        {("GET", "/openstack/latest/meta_data.json"): (200, _OPENSTACK)},
        ("d8e02d56", "nova"),
    ),
    (
        "hetzner",
        {"sys_vendor": "Hetzner"},
        {
            ("GET", "/hetzner/v1/metadata/instance-id"): (200, "42\n"),
            ("GET", "/hetzner/v1/metadata/region"): (200, "eu-central"),
        },
        ("42", "eu-central"),
    ),
    (
        "digitalocean",
        {"sys_vendor": "DigitalOcean"},
        {("GET", "/metadata/v1/id"): (200, "2756294")},
        ("2756294",),
    ),
    (
        "oracle",
        {"chassis_asset_tag": "OracleCloud.com"},
        {("GET", "/opc/v2/instance/id"): (200, "ocid1.instance.oc1.x")},
        ("ocid1.instance.oc1.x",),
    ),
    (
        "alibaba",
        {"sys_vendor": "Alibaba Cloud"},
        {
            ("PUT", "/latest/api/token"): (200, "a-token"),
            ("GET", "/latest/meta-data/instance-id"): (200, "i-bp1"),
        },
        ("i-bp1",),
    ),
    (
        "scaleway",
        {"sys_vendor": "Scaleway"},
        {("GET", "/conf?format=json"): (200, '{"id": "8a3d", "commercial_type": "DEV1-S"}')},
        ("8a3d", "DEV1-S"),
    ),
]


@pytest.mark.parametrize(("provider", "firmware", "answers", "told"), CLOUDS)
def test_each_cloud_tells_which_instance_it_is(
    provider: str,
    firmware: dict[str, str],
    answers: Answers,
    told: tuple[str, ...],
    metadata: Metadata,
    instance: Callable[..., Machine],
) -> None:
    metadata.answers = answers
    found = identity.collect(instance(**firmware))["cloud"]
    assert found is not None
    assert (found["provider"], *tuple(found.values())[1:]) == (provider, *told)


def test_every_cloud_is_among_the_tried_ones() -> None:
    assert [row["provider"] for row in cloud.PROVIDERS] == [row[0] for row in CLOUDS]


def test_a_token_is_earned_first_and_shown(
    metadata: Metadata, instance: Callable[..., Machine]
) -> None:
    metadata.answers = CLOUDS[0][2]
    identity.collect(instance(sys_vendor="Amazon EC2"))
    (method, _, wanted), (_, _, shown) = metadata.asked
    assert method == "PUT"
    assert wanted["X-aws-ec2-metadata-token-ttl-seconds"] == "60"
    assert shown["X-aws-ec2-metadata-token"] == "a-token"


@pytest.mark.parametrize("firmware", [{"sys_vendor": "Dell Inc."}, {"sys_vendor": "Amazon EC2"}])
def test_nobody_is_asked_unless_wanted_and_named(
    firmware: dict[str, str], metadata: Metadata, instance: Callable[..., Machine]
) -> None:
    machine = instance(**firmware)
    machine.asks_cloud = firmware["sys_vendor"] == "Dell Inc."
    assert cleaned(identity.collect(machine)).get("cloud") is None
    assert metadata.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        (302, "/latest/elsewhere"),
        (200, "<html>please log in</html>"),
        (200, '{"instanceId": ["i-0abc"]}'),
        (200, '{"instanceId": "two words"}'),
        (200, '{"instanceId": true}'),
        (200, '{"region": "eu-west-1"}'),
        (200, "x" * 100_000),
        (500, _AMAZON),
    ],
)
def test_what_is_no_id_is_not_believed_and_asked_again_the_next_day(
    answer: tuple[int, str], metadata: Metadata, instance: Callable[..., Machine]
) -> None:
    metadata.answers = {**CLOUDS[0][2], _DOCUMENT: answer}
    machine = instance(sys_vendor="Amazon EC2")
    assert identity.collect(machine)["cloud"] is None
    assert machine.remarks == ["the metadata service of aws told no instance id"]
    asked = len(metadata.asked)
    assert identity.collect(machine)["cloud"] is None
    assert len(metadata.asked) == asked
    metadata.answers = CLOUDS[0][2]
    machine.memory["cloud"]["at"] -= 25 * 3600
    found = identity.collect(machine)["cloud"]
    assert found is not None


def test_a_cloud_is_asked_once_a_boot_so_that_a_copy_finds_out_who_it_is(
    metadata: Metadata, instance: Callable[..., Machine], tmp_path: Path
) -> None:
    metadata.answers = dict(CLOUDS[4][2])
    machine = instance(sys_vendor="Hetzner")
    first = identity.collect(machine)["cloud"]
    asked = len(metadata.asked)
    assert identity.collect(machine)["cloud"] == first
    assert len(metadata.asked) == asked
    metadata.answers[("GET", "/hetzner/v1/metadata/instance-id")] = (200, "43")
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text("boot-2\n")
    second: Any = identity.collect(machine)["cloud"]
    assert second["instance_id"] == "43"


def test_nobody_at_the_address_costs_no_report(
    instance: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = tuple({**row, "address": "127.0.0.1:1"} for row in cloud.PROVIDERS)
    monkeypatch.setattr(cloud, "PROVIDERS", nobody)
    assert identity.collect(instance(sys_vendor="Hetzner"))["cloud"] is None
