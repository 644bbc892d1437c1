"""Python packages of the system's own interpreters, read from folder names alone.

The name of a `.dist-info` folder carries name and version (PyPA, "Recording installed
projects"), so no file is opened. Virtual environments are applications' business.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
_LEAVES = ("dist-packages", "site-packages")


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name as PyPI normalises it, version, None) of each installed package."""
    for library in _LIBRARIES:
        for interpreter in machine.names(library):
            if not interpreter.startswith("python"):
                continue
            for leaf in _LEAVES:
                for entry in machine.names(f"{library}/{interpreter}/{leaf}"):
                    name, version = named(entry)
                    if name:
                        yield "pypi", name, version, None


def named(entry: str) -> tuple[str | None, str | None]:
    """Name and version in a folder's name; (None, None) for any other folder.

    >>> named("Flask_Login-0.6.3.dist-info")
    ('flask-login', '0.6.3')
    >>> named("flask_login")
    (None, None)
    """
    if entry.endswith(".dist-info"):
        stem = entry[:-10]
    elif entry.endswith(".egg-info"):
        stem = _without_tag(entry[:-9])
    else:
        return None, None
    name, _, version = stem.partition("-")
    return _normalised(name) or None, version or None


def _without_tag(stem: str) -> str:
    """Leave out the interpreter an egg was made for.

    >>> _without_tag("six-1.16.0-py3.11"), _without_tag("six-1.16.0")
    ('six-1.16.0', 'six-1.16.0')
    """
    head, tag, version = stem.rpartition("-py")
    made_for = tag and version[:1].isdecimal() and version.replace(".", "").isdecimal()
    return head if made_for else stem


def _normalised(name: str) -> str:
    """Return a project's name as PyPA's "Package name normalization" writes it.

    >>> _normalised("Zope.._Interface")
    'zope-interface'
    """
    name = name.replace("_", "-").replace(".", "-").lower()
    while "--" in name:
        name = name.replace("--", "-")
    return name
