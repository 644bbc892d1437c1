"""``cadastre-discover``: ask devices over SNMP, from a terminal or a script."""

import sys
from datetime import UTC, datetime
from typing import Any

import click

from discovery.assembly.identity import identify
from discovery.assembly.observation import assemble
from discovery.cli.collect import collect
from discovery.cli.exits import EXIT_CODES, INTERRUPTED, NO_NETWORK, NOTHING, UNREAD
from discovery.cli.network import network
from discovery.cli.options import (
    credential_options,
    scan_options,
    take_credentials,
    take_knowledge,
    take_settings,
)
from discovery.cli.sweep import sweep
from discovery.findings import Unreachable, Why
from discovery.output import documents, tables
from discovery.scan.blocking import scan_host
from discovery.scan.questions import (
    PARTICULARS,
    PARTICULARS_SUMMARY,
    QUESTIONS,
    VENDOR_TABLES,
    VENDOR_TABLES_SUMMARY,
)

_EXITS = {
    Why.SILENT: NOTHING,
    Why.UNRESOLVED: NOTHING,
    Why.UNSENDABLE: NO_NETWORK,
}

_HELP = """Ask network devices over SNMP what they are.

Nothing is changed on a device, and nothing is kept here unless you name a file for it: results go
to standard output, everything else to standard error.

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
  cadastre-discover sweep 10.0.0.0/12 --resume sweep.state
  cadastre-discover network office.toml
  cadastre-discover collect --server https://cadastre.example --token TOKEN
"""


@click.group(
    help=_HELP, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
def cli() -> None:
    """Hold the commands together."""


@cli.command(epilog=EXIT_CODES)
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


@cli.command("list-probes")
def list_probes() -> None:
    """List what a visit asks a device, in this order."""
    system, *rest = ((name, question.summary) for name, question in QUESTIONS.items())
    vendors = (VENDOR_TABLES, VENDOR_TABLES_SUMMARY)
    shown = [system, (PARTICULARS, PARTICULARS_SUMMARY), *rest, vendors]
    tables.console().print(tables.probes(shown))


cli.add_command(sweep)
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
