"""Whether the libraries of the extra ``cadastre[saml]`` are here."""

from importlib.util import find_spec

from server.foundation.errors import ExtraMissing

_LIBRARIES = ("lxml", "signxml")


def is_installed() -> bool:
    """Say whether SAML can be spoken here at all."""
    return all(find_spec(name) is not None for name in _LIBRARIES)


def require_extra() -> None:
    """Raise ``ExtraMissing``, which says what to install, where the libraries are not here."""
    if not is_installed():
        raise ExtraMissing("SAML needs cadastre[saml], which is not installed on this server")
