"""``cadastre-discover network``: sweep, and say how what was found is joined."""

from pathlib import Path
from typing import Any

import click

from discovery.assembly.identifiers import origin_key
from discovery.assembly.identity import identify
from discovery.cli.exits import FOUND, INTERRUPTED, NOTHING
from discovery.cli.options import (
    WrongInput,
    credential_options,
    scan_options,
    take_credentials,
    take_knowledge,
    take_settings,
)
from discovery.cli.progress import ProgressBar
from discovery.findings import DeviceFindings
from discovery.knowledge.rules import Knowledge
from discovery.output import documents, tables
from discovery.output import network as output
from discovery.scan.blocking import scan_range
from discovery.snmp.credentials import Credential
from discovery.targets.networks import BadNetwork, read_network
from discovery.topology.solving import solve
from discovery.topology.values import Device

_MORE = ("auth_protocol", "priv_protocol", "context")


@click.command("network")
@click.argument("file", type=click.Path(path_type=Path))
@credential_options
@scan_options
@click.option("--pace", default=2_000, show_default=True, help="Packets a second, at most.")
@click.option("--in-flight", default=50, show_default=True, help="Devices read at the same time.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per link and half-link.")
def network(file: Path, *, as_json: bool, **options: Any) -> None:
    """Sweep the ranges of FILE and derive how the devices are joined.

    FILE is TOML: ranges = ["10.0.0.0/24", …] and, unless given by options, [[credential]] tables
    as in a credentials file. Links come with their proof; what cannot be joined is a half-link
    with its reason. After Ctrl-C the devices found until then are joined.
    """
    try:
        targets, kept = read_network(file)
    except BadNetwork as error:
        raise WrongInput(f"{error}.") from None
    knowledge = take_knowledge(options)
    credentials = _credentials(options, kept)
    found: dict[str, DeviceFindings] = {}
    bar = ProgressBar(tables.console(errors=True))
    results = scan_range(targets, credentials, take_settings(options), knowledge, bar.show)
    interrupted = False
    with bar:
        try:
            for result in results:
                if isinstance(result, DeviceFindings):
                    _take(found, result, knowledge)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            results.close()
    _tell(found, knowledge, as_json=as_json)
    raise SystemExit(INTERRUPTED if interrupted else FOUND if found else NOTHING)


def _credentials(options: dict[str, Any], kept: tuple[Credential, ...]) -> tuple[Credential, ...]:
    """Take the credential options; the file's own count where none of them was given."""
    if not kept or any(options[name] for name in ("credential_file", "community", "user")):
        return take_credentials(options)
    for name in ("credential_file", "community", "version", "user", *_MORE):
        options.pop(name)
    return kept


def _take(found: dict[str, DeviceFindings], result: DeviceFindings, knowledge: Knowledge) -> None:
    """Keep one visit to each device, whatever addresses it answered under."""
    key = origin_key(result, identify(result, knowledge))
    if key not in found or result.address < found[key].address:
        found[key] = result


def _tell(found: dict[str, DeviceFindings], knowledge: Knowledge, *, as_json: bool) -> None:
    devices = [_device(one, knowledge) for one in found.values()]
    names = {one.key: one.findings.system.name or one.key for one in devices}
    topology = solve(devices)
    if as_json:
        for document in output.documents(topology, names):
            click.echo(documents.line(document))
    else:
        tables.console().print(output.tables(topology, names))


def _device(found: DeviceFindings, knowledge: Knowledge) -> Device:
    identity = identify(found, knowledge)
    serials = (identity.serial,) if identity.serial else ()
    return Device(found.address, found, serials=serials, role=identity.class_code)
