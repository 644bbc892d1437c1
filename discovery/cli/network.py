"""``cadastre-discover network``: sweep, stop at will, and say how what was found is joined."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from discovery.assembly.identifiers import origin_key
from discovery.assembly.identity import identify
from discovery.cli.exits import EXIT_CODES, FOUND, INTERRUPTED, NOTHING, UNREAD
from discovery.cli.options import (
    WrongInput,
    credential_options,
    resume_option,
    scan_options,
    take_credentials,
    take_knowledge,
    take_settings,
)
from discovery.cli.progress import ProgressBar
from discovery.cli.resuming import BadState, SweepState, go_on, say_stopped
from discovery.findings import DeviceFindings, ScanProgress, Unreachable
from discovery.knowledge.rules import Knowledge
from discovery.output import documents, tables
from discovery.output import network as output
from discovery.scan.blocking import scan_range
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Credential
from discovery.targets.networks import BadNetwork, read_network
from discovery.targets.ranges import Targets
from discovery.topology.solving import solve
from discovery.topology.values import Device

_MORE = ("auth_protocol", "priv_protocol", "context")


@click.command("network", epilog=EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@credential_options
@scan_options
@click.option("--pace", default=2_000, show_default=True, help="Packets a second, at most.")
@click.option("--in-flight", default=50, show_default=True, help="Devices read at the same time.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per link and half-link.")
@resume_option
def network(file: Path, *, as_json: bool, **options: Any) -> None:
    """Sweep the ranges of FILE and derive how the devices are joined.

    FILE is TOML: ranges = ["10.0.0.0/24", …] and, unless given by options, [[credential]] tables
    as in a credentials file. Links come with their proof; what cannot be joined is a half-link
    with its reason. After Ctrl-C the devices found until then are joined.

    With --resume FILE a sweep that was stopped or killed goes on where it was when the same command
    is given again, and what was found before is joined with what is new. FILE then holds all that
    the devices said, and is removed when the sweep has come to its end.
    """
    try:
        targets, kept = read_network(file)
    except BadNetwork as error:
        raise WrongInput(f"{error}.") from None
    state_file: Path | None = options.pop("state_file")
    run = _Run(targets, take_knowledge(options))
    credentials, settings = _credentials(options, kept), take_settings(options)
    try:
        if state_file is not None:
            run.go_on(state_file, settings.port)
        interrupted = run.sweep(credentials, settings)
    except BadState as error:
        raise WrongInput(f"{error}.") from None
    _tell(run.found, run.knowledge, as_json=as_json)
    if interrupted:
        say_stopped(state_file)
        raise SystemExit(INTERRUPTED)
    raise SystemExit(FOUND if run.found else UNREAD if run.unread else NOTHING)


class _Run:
    """One run of ``network``: what was found, by device, and how many could not be read."""

    def __init__(self, targets: Targets, knowledge: Knowledge) -> None:
        self.found: dict[str, DeviceFindings] = {}
        self.unread = 0
        self.knowledge = knowledge
        self._targets = targets
        self._state: SweepState | None = None
        self._bar = ProgressBar(tables.console(errors=True))

    def go_on(self, path: Path, port: int) -> None:
        """Take up what is known from before, and narrow the targets to what is left."""
        self._state, before, self._targets = go_on(path, self._targets, port, "network")
        self.unread = len(before.unread)
        for visit in before.visits:
            self._take(visit)

    def sweep(self, credentials: Sequence[Credential], settings: ScanSettings) -> bool:
        """Visit what is left; say whether somebody stopped it. Raises BadState."""
        interrupted = False
        results = scan_range(self._targets, credentials, settings, self.knowledge, self._show)
        with self._bar:
            try:
                for result in results:
                    self._take(result)
                    if self._state is not None:
                        self._state.take(result)
            except KeyboardInterrupt:
                interrupted = True
            finally:
                results.close()
        if self._state is not None:
            self._state.close(over=not interrupted)
        return interrupted

    def _show(self, progress: ScanProgress) -> None:
        self._bar.show(progress)
        if self._state is not None:
            self._state.tell(progress)

    def _take(self, result: DeviceFindings | Unreachable) -> None:
        """Keep one visit to each device, whatever addresses it answered under."""
        if isinstance(result, Unreachable):
            self.unread += 1
            return
        key = origin_key(result, identify(result, self.knowledge))
        if key not in self.found or result.address < self.found[key].address:
            self.found[key] = result


def _credentials(options: dict[str, Any], kept: tuple[Credential, ...]) -> tuple[Credential, ...]:
    """Take the credential options; the file's own count where none of them was given."""
    if not kept or any(options[name] for name in ("credential_file", "community", "user")):
        return take_credentials(options)
    for name in ("credential_file", "community", "version", "user", *_MORE):
        options.pop(name)
    return kept


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
