"""``cadastre-discover``: ask devices over SNMP, from a terminal or a script."""

import sys
from datetime import UTC, datetime
from typing import IO, Any

import click

from discovery.assembly.identity import identify
from discovery.assembly.observation import assemble
from discovery.cli.collect import collect
from discovery.cli.network import network
from discovery.cli.options import (
    WrongInput,
    credential_options,
    scan_options,
    take_credentials,
    take_knowledge,
    take_settings,
)
from discovery.cli.progress import ProgressBar, describe
from discovery.findings import DeviceFindings, Unreachable, Why
from discovery.knowledge.rules import Knowledge
from discovery.output import documents, tables
from discovery.scan.blocking import scan_host, scan_range
from discovery.scan.questions import PARTICULARS, PARTICULARS_SUMMARY, QUESTIONS
from discovery.targets.ranges import BadRange, Targets, parse_targets

FOUND, NOTHING, USAGE, UNREAD, NO_NETWORK, INTERRUPTED = 0, 1, 2, 3, 4, 130

_EXITS = {
    Why.SILENT: NOTHING,
    Why.UNRESOLVED: NOTHING,
    Why.UNSENDABLE: NO_NETWORK,
}

_EXIT_CODES = """\b
Exit codes: 0 found; 1 nothing answered; 2 wrong usage or unreadable file;
3 answered, but could not be read; 4 this machine could not send; 130 stopped.
"""


_HELP = """Ask network devices over SNMP what they are.

Nothing is changed on a device, and nothing is kept here: results go to standard output, everything
else to standard error.

\b
Credentials, in the order in which they are tried:
  CADASTRE_DISCOVER_COMMUNITY or --community     SNMP 1 and 2c
  --version 3 --user NAME --auth-protocol ...    SNMP 3
  --credentials FILE                             several, one after the other
Without any of these you are asked for a community.

\b
Examples:
  cadastre-discover probe core-1.example.net
  cadastre-discover probe 10.0.0.1 --credentials snmp.toml --json
  cadastre-discover sweep 10.0.0.0/20 10.1.0.5-40 --credentials snmp.toml
  cadastre-discover network office.toml
  cadastre-discover collect --server https://cadastre.example --token TOKEN
"""


@click.group(
    help=_HELP, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
def cli() -> None:
    """Hold the commands together."""


@cli.command(epilog=_EXIT_CODES)
@click.argument("host")
@credential_options
@scan_options
@click.option(
    "--output",
    type=click.Choice(["table", "json", "observation"]),
    default="table",
    show_default=True,
    help="json: one line with all that was found; observation: what the register would get.",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --output json.")
@click.option(
    "--organisation", default=1, show_default=True, help="Organisation id in an observation."
)
def probe(host: str, output: str, *, as_json: bool, organisation: int, **options: Any) -> None:
    """Ask one device, by name or address, everything it tells about itself.

    Says what it is (make, model, system, serial number), and lists its interfaces with their
    addresses, its components and the neighbours it sees by LLDP and CDP.
    """
    knowledge = take_knowledge(options)
    credentials = take_credentials(options)
    settings = take_settings(options)
    output = "json" if as_json else output
    errors = tables.console(errors=True)
    with errors.status(f"Asking {host} ..."):
        result = scan_host(host, credentials, settings, knowledge)
    if isinstance(result, Unreachable):
        if output != "table":
            click.echo(documents.line(documents.unreachable_document(result)))
        click.echo(f"{host}: {result.reason}.", err=True)
        raise SystemExit(_EXITS.get(result.why, UNREAD))
    if output == "observation":
        observation = assemble(result, organisation, datetime.now(UTC), knowledge)
        click.echo(documents.line(documents.observation_document(observation)))
    elif output == "json":
        click.echo(documents.line(documents.device_document(result, identify(result, knowledge))))
    else:
        tables.console().print(tables.device(result, identify(result, knowledge)))


@cli.command(epilog=_EXIT_CODES)
@click.argument("ranges", nargs=-1, metavar="[RANGE]...")
@click.option(
    "--from", "listing", type=click.File(), help="Read ranges from a file too (-: input)."
)
@credential_options
@scan_options
@click.option("--pace", default=2_000, show_default=True, help="Packets a second, at most.")
@click.option("--in-flight", default=50, show_default=True, help="Devices read at the same time.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per device, as they come.")
def sweep(
    ranges: tuple[str, ...], listing: IO[str] | None, *, as_json: bool, **options: Any
) -> None:
    """Ask all addresses of one or more ranges who is there, and read those that answer.

    A RANGE is 10.1.0.0/20, 10.1.2.3, 10.1.2.10-10.1.3.20 or 10.1.2.10-20; IPv6 likewise. Every
    address is asked once per credential, and again after the timeout as often as --retries says.
    Press Ctrl-C to stop: what was found until then is shown.
    """
    try:
        targets = parse_targets([*ranges, *(listing or ())])
    except BadRange as error:
        raise WrongInput(f"{error}.") from None
    knowledge = take_knowledge(options)
    run = _Sweep(targets, knowledge, as_json=as_json)
    raise SystemExit(run.run(options))


class _Sweep:
    """One run of ``sweep``: prints JSON as it comes, or a table at the end."""

    def __init__(self, targets: Targets, knowledge: Knowledge, *, as_json: bool) -> None:
        self._targets = targets
        self._knowledge = knowledge
        self._as_json = as_json
        self._found: list[tables.DeviceLine] = []
        self._unread: list[Unreachable] = []
        self._bar = ProgressBar(tables.console(errors=True))

    def run(self, options: dict[str, Any]) -> int:
        credentials = take_credentials(options)
        settings = take_settings(options)
        interrupted = False
        results = scan_range(self._targets, credentials, settings, self._knowledge, self._bar.show)
        with self._bar:
            try:
                for result in results:
                    self._take(result)
            except KeyboardInterrupt:
                interrupted = True
            finally:
                results.close()
        self._conclude()
        if interrupted:
            return INTERRUPTED
        return FOUND if self._found else UNREAD if self._unread else NOTHING

    def _take(self, result: DeviceFindings | Unreachable) -> None:
        if isinstance(result, Unreachable):
            self._unread.append(result)
            document = documents.unreachable_document(result)
        else:
            identity = identify(result, self._knowledge)
            self._found.append(tables.device_line(result, identity))
            document = documents.device_document(result, identity)
        if self._as_json:
            click.echo(documents.line(document))

    def _conclude(self) -> None:
        if not self._as_json:
            if self._found:
                tables.console().print(tables.devices(self._found))
            if self._unread:
                tables.console().print(tables.unread(self._unread))
        if self._bar.last is not None:
            last = self._bar.last
            click.echo(f"{describe(last)}, {last.elapsed_seconds:.1f} s", err=True)


@cli.command("list-probes")
def list_probes() -> None:
    """List what a visit asks a device, in this order."""
    system, *rest = ((name, question.summary) for name, question in QUESTIONS.items())
    tables.console().print(tables.probes([system, (PARTICULARS, PARTICULARS_SUMMARY), *rest]))


cli.add_command(network)
cli.add_command(collect)


def main() -> None:
    """Run the program; the only place that ends it."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
