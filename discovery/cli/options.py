"""Options that several commands share, and what is made of them."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from discovery.knowledge.rules import BadKnowledge, Knowledge, load_knowledge
from discovery.scan.questions import PARTICULARS, QUESTIONS
from discovery.settings import ScanSettings, from_environment
from discovery.snmp.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS, Community, Credential, User
from discovery.targets.credentials import BadCredentials, read_credentials

F = TypeVar("F", bound=Callable[..., Any])


class WrongInput(click.ClickException):
    """What was given cannot be used; said in one sentence, without the usage line."""

    exit_code = 2


_DEFAULTS = ScanSettings()
_KEY_VARIABLES = {
    "authentication": "CADASTRE_DISCOVER_AUTH_KEY",
    "privacy": "CADASTRE_DISCOVER_PRIV_KEY",
}

_CREDENTIAL_OPTIONS = (
    click.option(
        *("--credentials", "credential_file"),
        type=click.Path(path_type=Path),
        envvar="CADASTRE_DISCOVER_CREDENTIALS",
        help="TOML file with [[credential]] tables, tried in their order.",
    ),
    click.option(
        "--community",
        envvar="CADASTRE_DISCOVER_COMMUNITY",
        help="Community of SNMP 1 or 2c. Other users of this machine can see it here: better set "
        "CADASTRE_DISCOVER_COMMUNITY, use a file, or be asked.",
    ),
    click.option("--version", type=click.Choice(["1", "2c", "3"]), help="SNMP version [2c]."),
    click.option("--user", envvar="CADASTRE_DISCOVER_USER", help="User of SNMP 3."),
    click.option(
        "--auth-protocol",
        type=click.Choice(AUTH_PROTOCOLS, case_sensitive=False),
        help="Key: CADASTRE_DISCOVER_AUTH_KEY, or you are asked.",
    ),
    click.option(
        "--priv-protocol",
        type=click.Choice(PRIV_PROTOCOLS, case_sensitive=False),
        help="Key: CADASTRE_DISCOVER_PRIV_KEY, or you are asked. -C is Cisco's key extension.",
    ),
    click.option("--context", default="", help="Context of SNMP 3."),
)
_SCAN_OPTIONS = (
    click.option("--port", default=_DEFAULTS.port, show_default=True, help="UDP port."),
    click.option(
        *("--timeout", "timeout_seconds"),
        default=_DEFAULTS.timeout_seconds,
        show_default=True,
        help="Seconds to wait for one answer.",
    ),
    click.option(
        "--retries",
        default=_DEFAULTS.retries,
        show_default=True,
        help="Tries after the first.",
    ),
    click.option(
        *("--device-time", "device_seconds"),
        default=_DEFAULTS.device_seconds,
        show_default=True,
        help="Seconds after which a device is left, whatever it still has to say.",
    ),
    click.option(
        *("--probe", "probes"),
        multiple=True,
        type=click.Choice([*QUESTIONS, PARTICULARS]),
        help="Ask only this; may be repeated (see list-probes).",
    ),
    click.option(
        *("--knowledge", "knowledge_files"),
        multiple=True,
        type=click.Path(path_type=Path),
        help="TOML file with identification rules of your own, read before the shipped ones.",
    ),
)


def credential_options(command: F) -> F:
    """Add the options that say with what to ask."""
    return _with(_CREDENTIAL_OPTIONS, command)


def scan_options(command: F) -> F:
    """Add the options that say how to ask."""
    return _with(_SCAN_OPTIONS, command)


def resume_option(command: F) -> F:
    """Add the option that keeps the state of a scan, as ``state_file``."""
    return click.option(
        *("--resume", "state_file"),
        type=click.Path(path_type=Path, dir_okay=False),
        help="Keep the state of the sweep in this file, and go on from it where it is there.",
    )(command)


def _with(options: tuple[Callable[[F], F], ...], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def take_credentials(options: dict[str, Any]) -> tuple[Credential, ...]:
    """Take the credential options out of a command's options. Raises WrongInput.

    What is given on the command line or in the environment is tried before the file.
    """
    path: Path | None = options.pop("credential_file")
    community = options.pop("community")
    version = options.pop("version")
    user_options = {
        name: options.pop(name) or ""
        for name in ("user", "auth_protocol", "priv_protocol", "context")
    }
    try:
        found: list[Credential] = []
        if version == "3" or (version is None and user_options["user"]):
            found.append(_user(**user_options))
        elif community or version or path is None:
            found.append(_community(community, version or "2c"))
        if path is not None:
            found += _from_file(path)
    except ValueError as error:
        raise WrongInput(f"{error}.") from None
    return tuple(found)


def _community(community: str | None, version: str) -> Community:
    if not community:
        community = _ask("Community", "CADASTRE_DISCOVER_COMMUNITY")
    return Community(community, version)


def _user(user: str, auth_protocol: str, priv_protocol: str, context: str) -> User:
    return User(
        user=user,
        auth_protocol=auth_protocol,
        auth_key=_key("authentication") if auth_protocol else "",
        priv_protocol=priv_protocol,
        priv_key=_key("privacy") if priv_protocol else "",
        context=context,
        name=user or "user",
    )


def _key(word: str) -> str:
    variable = _KEY_VARIABLES[word]
    return from_environment(variable) or _ask(f"{word.capitalize()} key", variable)


def _ask(what: str, variable: str) -> str:
    """Ask the person for a secret; a program is told where to put it."""
    if not sys.stdin.isatty():
        raise WrongInput(f"{what} missing: set {variable} or use --credentials FILE.")
    return str(click.prompt(what, hide_input=True, err=True))


def _from_file(path: Path) -> tuple[Credential, ...]:
    try:
        found = read_credentials(path)
    except BadCredentials as error:
        raise WrongInput(f"{error}.") from None
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        click.echo(f"Warning: {path} can be read by other users of this machine.", err=True)
    return found


def take_settings(options: dict[str, Any]) -> ScanSettings:
    """Take the scan options out of a command's options. Raises WrongInput."""
    names = ScanSettings.__dataclass_fields__
    given = {name: options.pop(name) for name in list(options) if name in names}
    try:
        return ScanSettings(**given)
    except ValueError as error:
        raise WrongInput(f"{error}.") from None


def take_knowledge(options: dict[str, Any]) -> Knowledge:
    """Take the knowledge option out of a command's options. Raises WrongInput."""
    try:
        return load_knowledge(options.pop("knowledge_files"))
    except BadKnowledge as error:
        raise WrongInput(f"{error}.") from None
