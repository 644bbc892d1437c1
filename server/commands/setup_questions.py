"""The questions of ``cadastre setup``. Only what no option has answered is asked."""

import socket
from collections.abc import Callable
from typing import Any

import click

from server.commands.addresses import Listen
from server.foundation.settings import Settings
from server.serving.listening import is_loopback

TLS_WAYS = ("none", "own", "self-signed", "proxy")

_TLS_TEXT = (
    "How are connections encrypted? none (this machine only), own (a certificate you have),\n"
    "self-signed (an authority made here, which browsers are told to trust), proxy (in front)"
)


def ask_for_the_rest(answers: dict[str, Any], present: Settings) -> None:
    """Fill ``answers`` in; the settings in force are what Enter keeps."""
    listen = _default_listen(present)
    _ask(answers, "listen", "Where shall Cadastre listen?", listen, Listen())
    near = is_loopback(answers["listen"][0])
    ways = TLS_WAYS if near else TLS_WAYS[1:]
    _ask(answers, "tls", _TLS_TEXT, _default_tls(present, near=near), click.Choice(ways))
    _ask_for_encryption(answers, present)
    _ask(answers, "public_url", "What do people type?", _default_url(answers, present))
    _ask(answers, "database", "Database: 'sqlite', or a URL", present.database_url or "sqlite")
    _ask_for_mail(answers, present)


def _ask_for_encryption(answers: dict[str, Any], present: Settings) -> None:
    if answers["tls"] == "own":
        file = click.Path(exists=True, dir_okay=False)
        _ask(answers, "certificate", "Certificate (PEM)", present.tls_certificate or None, file)
        _ask(answers, "key", "Its private key (PEM)", present.tls_key or None, file)
    elif answers["tls"] == "self-signed" and "names" not in answers:
        typed = click.prompt("Names and addresses people use, with spaces", _default_names(answers))
        answers["names"] = tuple(typed.split())
    elif answers["tls"] == "proxy":
        _ask(answers, "proxy_hops", "How many proxies?", present.proxy_hops or 1, click.IntRange(1))


def _ask_for_mail(answers: dict[str, Any], present: Settings) -> None:
    server = f"{present.smtp_host}:{present.smtp_port}" if present.smtp_host else "none"
    _ask(answers, "smtp", "Mail server as HOST:PORT, or 'none'", server)
    if answers["smtp"] == "none":
        return
    _ask(answers, "smtp_from", "Sender of our mails", present.smtp_from or None)
    _ask(answers, "smtp_starttls", "Encrypt with STARTTLS?", present.smtp_starttls, click.BOOL)
    _ask(answers, "smtp_user", "User there (empty for none)", present.smtp_user)
    if answers["smtp_user"] and "smtp_password_file" not in answers:
        # Enter keeps a password for the server it was given for, and for no other.
        same = answers["smtp"] == server and answers["smtp_starttls"] == present.smtp_starttls
        kept = present.smtp_password if same else ""
        answers["smtp_password"] = click.prompt(
            "Password there", kept, hide_input=True, show_default=False
        )
    _ask(answers, "test_mail", "Send a test message to (empty for none)", "")
    if not answers["test_mail"]:
        del answers["test_mail"]


def _ask(
    answers: dict[str, Any],
    name: str,
    text: str,
    default: Any,
    kind: click.ParamType[Any] | None = None,
) -> None:
    if name not in answers:
        answers[name] = click.prompt(text, default=default, type=kind)


def _default_listen(present: Settings) -> str:
    address = present.listen_address
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{present.listen_port}"


def _default_tls(present: Settings, *, near: bool) -> str:
    if present.proxy_hops:
        return "proxy"
    if present.tls_certificate:
        return "own"
    return "none" if near else "self-signed"


def _default_names(answers: dict[str, Any]) -> str:
    address: str = answers["listen"][0]
    names = [socket.gethostname(), "localhost", "127.0.0.1"]
    if address not in {"0.0.0.0", "::", "127.0.0.1"}:  # noqa: S104 - compared, not bound
        names.append(address)
    return " ".join(names)


def _default_url(answers: dict[str, Any], present: Settings) -> str:
    if present.public_url:
        return present.public_url
    address, port = answers["listen"]
    make: dict[str, Callable[[], str]] = {
        "none": lambda: f"http://{address}:{port}",
        "own": lambda: f"https://{socket.getfqdn()}:{port}",
        "self-signed": lambda: f"https://{answers['names'][0]}:{port}",
        "proxy": lambda: f"https://{socket.getfqdn()}",
    }
    return make[answers["tls"]]()
