"""The whole site: the server's application with the pages on top."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, request
from jinja2 import FileSystemLoader, StrictUndefined
from whitenoise import WhiteNoise

from server.app import create_app
from server.foundation.database import Database
from server.foundation.edge.requests import installation, request_state
from server.foundation.settings import Settings
from server.foundation.translation import install_translation
from web.assets import DIST, IMMUTABLE_NAME, URL_PREFIX, Assets
from web.pages import PAGES
from web.pages.frame import add_shell, page_of_problem, reader, reader_settings
from web.presenters.filters import filters_for
from web.presenters.htmx import HTMX_CONFIG

TEMPLATES = Path(__file__).parent / "templates"

#: Nothing inline, nothing from elsewhere. ``data:`` images are the small marks in Tabler's CSS.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_site(settings: Settings, database: Database) -> Flask:
    """Return the site. Raises ``FrontEndNotBuilt`` when the front end is missing."""
    app = create_app(settings, database, page_of_problem=page_of_problem)
    app.jinja_loader = FileSystemLoader(TEMPLATES)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_translation(app, reader_settings)
    app.jinja_env.filters |= filters_for(reader)
    app.jinja_env.globals |= {"asset_url": Assets().url, "htmx_config": HTMX_CONFIG}
    # Flash messages alone use Flask's own signed cookie; who is signed in does not depend on it.
    app.secret_key = _flash_key(settings)
    app.config |= {
        "SESSION_COOKIE_NAME": "cadastre_flash",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.serves_https,
    }
    app.context_processor(add_shell)
    for page in PAGES:
        app.register_blueprint(page)
    app.after_request(_harden)
    _serve_built_files(app)
    return app


def _flash_key(settings: Settings) -> bytes:
    """Return a key that outlives a restart; made beside the key that seals secrets."""
    path = settings.home / "flash.key"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request_state().actor is not None and "Cache-Control" not in response.headers:
        # What somebody may see must not stay behind in a shared browser.
        response.headers["Cache-Control"] = "no-store"
    if installation().settings.serves_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.headers.get("HX-Request"):
        response.headers["Vary"] = "HX-Request"
    return response


def _serve_built_files(app: Flask) -> None:
    files = WhiteNoise(
        app.wsgi_app, root=str(DIST), prefix=URL_PREFIX, immutable_file_test=IMMUTABLE_NAME
    )
    app.wsgi_app = files  # type: ignore[method-assign]  # WSGI middleware goes here
