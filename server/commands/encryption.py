"""Whether certificate and key can be used, asked before anything has begun."""

import ssl
from pathlib import Path

from server.foundation.errors import SettingsError
from server.foundation.settings import Settings


def refuse_unusable_pair(certificate: str, key: str) -> None:
    """Raise ``SettingsError`` unless both files are there and belong together.

    ``key`` is "" where the private key stands in the certificate's file.
    """
    for setting, name in (("tls_certificate", certificate), ("tls_key", key)):
        _refuse_unreadable(setting, name)
    try:
        # An empty password: one that is asked for on the terminal would stop a service for ever.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            certificate, key or None, password=""
        )
    except (OSError, ssl.SSLError) as error:
        files = (
            f"{certificate} and {key}" if key else f"{certificate}, without a tls_key beside it,"
        )
        raise SettingsError(
            f"{files} cannot be used together: they must be PEM and belong together, and the key "
            "must have no passphrase"
        ) from error


def refuse_unusable_encryption(settings: Settings) -> None:
    """Raise ``SettingsError`` where HTTPS is wanted and certificate or key cannot be used."""
    if settings.tls_certificate:
        refuse_unusable_pair(settings.tls_certificate, settings.tls_key)


def _refuse_unreadable(setting: str, name: str) -> None:
    try:
        if name:
            Path(name).open("rb").close()
    except OSError as error:
        raise SettingsError(
            f"the setting {setting}: {name} cannot be read: {error.strerror}"
        ) from error
