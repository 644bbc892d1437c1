"""Renders our templates without a server: real filters, a fixed reader, plain asset names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined

from tests.architecture.tree import ROOT
from tests.web.presenters.readers import reader
from web.presenters.filters import filters_for
from web.presenters.htmx import HTMX_CONFIG
from web.presenters.shell import NavigationEntry, Shell, client_strings

TEMPLATES = ROOT / "web" / "templates"


def environment(pages: Mapping[str, str] | None = None, language: str = "en") -> Environment:
    """Return an environment like the site's; ``pages`` are templates by name, beside ours."""
    made = Environment(
        loader=ChoiceLoader([DictLoader(dict(pages or {})), FileSystemLoader(TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    made.filters.update(filters_for(lambda: reader(language)))
    made.globals.update(
        asset_url=lambda name: f"/static/{name}",
        htmx_config=HTMX_CONFIG,
        get_flashed_messages=lambda **_: [("success", "Saved.")],
    )
    return made


def macro(file: str, source: str, /, **values: Any) -> str:
    """Render ``source``, in which ``file`` ("state") of the macros is imported as ``m``."""
    text = f'{{% import "macros/{file}.html" as m %}}{source}'
    return environment().from_string(text).render(**values).strip()


def shell(**changes: Any) -> Shell:
    """Return a frame for Ana, who may do everything."""
    settings: dict[str, Any] = {
        "language": "en",
        "languages": (("en", "English"), ("es", "Español"), ("ru", "Русский")),
        "actor_name": "Ana Ruiz",
        "actor_key": "7",
        "csrf_token": "token-of-ana",
        "search_url": "/search",
        "palette_url": "/palette",
        "language_url": "/language",
        "sign_out_url": "/sign-out",
        "profile_url": "/profile",
        "navigation": (
            NavigationEntry("Items", "/items", "server-2", "g i", active=True),
            NavigationEntry("Tickets", "/tickets", "ticket", "g t"),
        ),
        "creations": (NavigationEntry("Ticket", "/tickets/new", "ticket", "c t"),),
        "strings": client_strings(lambda text: text),
    }
    return Shell(**{**settings, **changes})


def template_files() -> list[Path]:
    """Return every template of ours."""
    return sorted(TEMPLATES.rglob("*.html"))
