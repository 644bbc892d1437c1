"""``cadastre-discover collect``: the collector of a remote site."""

import signal
import socket
from pathlib import Path

import click

from discovery.cli.options import WrongInput
from discovery.collector.errors import CollectorError, KeyRefused, RequestRefused, ServerAway
from discovery.collector.keeping import Identity, keep_identity, mark_of, read_identity
from discovery.collector.link import Link, checked_server, own_version
from discovery.collector.running import Collector
from discovery.collector.sealing import new_private_key, public_key_of

AWAY, REFUSED = 4, 5
_FOLDER = "/var/lib/cadastre-collector"

_EXITS = """\b
Exit codes: 0 stopped, or nothing more to do (--once); 2 wrong usage or folder;
4 the server was not reached while enrolling; 5 the server does not let it in.
"""


@click.command("collect", epilog=_EXITS)
@click.option("--server", help="Address of the server: https://cadastre.example.")
@click.option(
    "--token",
    envvar="CADASTRE_COLLECTOR_TOKEN",
    help="Token of Discovery, Collectors; for the first start, and to enrol anew. "
    "Better set CADASTRE_COLLECTOR_TOKEN.",
)
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path),
    default=_FOLDER,
    show_default=True,
    envvar="CADASTRE_COLLECTOR_STATE",
    help="Folder of its key and of what waits for the server.",
)
@click.option("--ca-file", help="Trust the authorities of this file alone.")
@click.option("--insecure-http", is_flag=True, help="Allow http to another machine.")
@click.option("--once", is_flag=True, help="Do what there is to do, hand it over, and end.")
def collect(
    *,
    server: str | None,
    token: str | None,
    folder: Path,
    ca_file: str | None,
    insecure_http: bool,
    once: bool,
) -> None:
    """Do the scans of a server from here: fetch them, ask the devices, bring what they said.

    Only this side opens connections. Credentials come sealed to this collector and are never
    written down here; results wait in the folder while the server is away.
    """
    try:
        identity = _identity(folder, server, token, ca_file, insecure=insecure_http)
        collector = Collector(identity, Link(identity.server, ca_file), folder, _say)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: collector.stop())
        _say(f"{identity.name} works for {identity.server}. Stop with Ctrl-C.")
        collector.run(once=once)
    except (KeyRefused, RequestRefused) as error:
        click.echo(str(error), err=True)
        raise SystemExit(REFUSED) from None
    except ServerAway as error:
        click.echo(str(error), err=True)
        raise SystemExit(AWAY) from None
    except CollectorError as error:
        raise WrongInput(str(error)) from None


def _identity(
    folder: Path, server: str | None, token: str | None, ca_file: str | None, *, insecure: bool
) -> Identity:
    """Return who this is; enrols where a token is given that was not used here."""
    known = read_identity(folder)
    if not token:
        if known is None:
            raise CollectorError("This collector is not enrolled: give --server and --token.")
        if server and checked_server(server, insecure=insecure) != known.server:
            raise CollectorError(f"It is enrolled with {known.server}: give --token too.")
        return known
    if known is not None and known.token_mark == mark_of(token):
        return known
    if known is not None and not server:
        server = known.server
    if not server:
        raise CollectorError("Say with whom to enrol: --server https://cadastre.example.")
    return _enrol(folder, checked_server(server, insecure=insecure), token, ca_file)


def _enrol(folder: Path, server: str, token: str, ca_file: str | None) -> Identity:
    private_key = new_private_key()
    wish = {
        "token": token.strip(),
        "public_key": public_key_of(private_key),
        "hostname": socket.gethostname()[:255],
        "version": own_version(),
    }
    answer = Link(server, ca_file).enrol(wish)
    try:
        number, name, key = int(answer["id"]), str(answer["name"]), str(answer["key"])
    except (KeyError, TypeError, ValueError):
        raise ServerAway(f"{server} is no server of Cadastre.") from None
    identity = Identity(server, number, name, key, private_key, mark_of(token))
    keep_identity(folder, identity)
    _say(f"Enrolled as {identity.name}.")
    return identity


def _say(line: str) -> None:
    click.echo(line, err=True)
