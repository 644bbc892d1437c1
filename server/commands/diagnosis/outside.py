"""What lies outside this process: the running server and the mail server."""

import http.client
import ssl
from collections.abc import Iterator

from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.foundation.mailing import MailNotSent, mail_server
from server.foundation.settings import Settings
from server.serving.listening import near_address

_TIMEOUT_SECONDS = 5


def look_outside(settings: Settings) -> Iterator[Finding]:
    """Yield what there is to say about the server and the mail server."""
    yield _server(settings)
    yield _mail(settings)


def _server(settings: Settings) -> Finding:
    host, port = near_address(settings.listen_address), settings.listen_port
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    if settings.tls_certificate:
        # Whether it answers is the question here; the certificate has a check of its own.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            host, port, timeout=_TIMEOUT_SECONDS, context=context
        )
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(2000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException):
        mend = "cadastre serve; one that was started with --listen elsewhere is not looked for"
        return look("server", f"nothing answers on {host} port {port}", mend)
    finally:
        connection.close()
    if answer.status != 200:
        seen = f"what answers on {host} port {port} is not ready: {text}"
        return wrong("server", seen, "see its log; the other findings here may say why")
    return fine("server", f"it answers on {host} port {port} and is ready")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return look("mail", "no mail server is set, so nobody is notified", "cadastre setup")
    try:
        with mail_server(settings) as connection:
            connection.noop()
    except MailNotSent as error:
        return wrong("mail", str(error), "cadastre setup, or mend the mail server")
    return fine("mail", f"{settings.smtp_host} takes our mail")
