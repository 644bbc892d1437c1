"""A network to discover, as a file: TOML with the ranges and the credentials.

ranges = ["10.0.0.0/24", "10.1.0.5-40"]

[[credential]]
version = "2c"
community = "…"
"""

import tomllib
from pathlib import Path

from discovery.snmp.credentials import Credential
from discovery.targets.credentials import BadCredentials, read_credentials
from discovery.targets.ranges import BadRange, Targets, parse_targets


class BadNetwork(ValueError):
    """A file cannot be used; the text says why and holds no secret."""


def read_network(path: Path) -> tuple[Targets, tuple[Credential, ...]]:
    """Return the addresses and the credentials of a file; the latter may be missing.

    Raises BadNetwork.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadNetwork(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise BadNetwork(f"{path} is not TOML in UTF-8") from None
    unknown = sorted(set(document) - {"ranges", "credential"})
    if unknown:
        raise BadNetwork(f"{path}: unknown key {unknown[0]!r}")
    ranges = document.get("ranges")
    if not isinstance(ranges, list) or not all(isinstance(one, str) for one in ranges):
        raise BadNetwork(f"{path}: ranges must be a list of texts")
    try:
        targets = parse_targets(ranges)
        return targets, read_credentials(path) if "credential" in document else ()
    except (BadRange, BadCredentials) as error:
        raise BadNetwork(f"{path}: {error}") from None
