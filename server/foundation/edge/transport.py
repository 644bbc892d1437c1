"""How requests reach us: through how many proxies, and over HTTPS or not."""

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from server.foundation.settings import Settings

_YEAR_SECONDS = 31_536_000


def set_up_transport(app: Flask, settings: Settings) -> None:
    """Believe X-Forwarded-* from as many proxies as are declared and no more; promise HTTPS."""
    if settings.proxy_hops > 0:
        hops = settings.proxy_hops
        # Flask documents this replacement; mypy knows wsgi_app as a method only.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    if settings.serves_https:
        app.after_request(_only_https)


def _only_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_SECONDS}")
    return response
