"""The only user of Flask-Babel. Language is passed by hand, like time.

Text of pages goes through ``gettext`` and its kin below, which know the reader's language from the
request; whatever runs outside a request (mails, jobs) calls ``Language(code)`` instead.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_timezone

from server.foundation.errors import SettingsError

#: The languages that Cadastre speaks, each under its own name.
LANGUAGES = {"en": "English", "es": "Español", "ru": "Русский"}
FOLDER = Path(__file__).resolve().parent.parent / "translations"
COOKIE = "cadastre_language"

__all__ = ["LANGUAGES", "Language", "gettext", "install_translation", "mark", "ngettext"]


def gettext(message: str, **values: object) -> str:
    """Return ``message`` in the reader's language; inside a request only."""
    text = _here().ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Return the plural form for ``number`` in the reader's language.

    What else it has places for is left for whoever called, where no value is given for it.
    """
    return _here().ungettext(one, many, number) % _Given({"num": number} | values)


class _Given(dict[str, object]):
    """Values for places in a text; what has none keeps its place."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


def _here() -> NullTranslations:
    """Return the reader's catalogue; Flask-Babel itself looks it up anew for every word."""
    locale = get_locale()
    known: tuple[object, NullTranslations] | None = g.get("catalogue")
    if known is None or known[0] is not locale:
        known = g.catalogue = (locale, _catalogue(locale.language if locale else "en"))
    return known[1]


def mark(message: str) -> str:
    """Mark a text that is data for translation; it is translated where it is shown."""
    return message


def current_language() -> str:
    """Return the code of the reader's language; inside a request only."""
    locale = get_locale()
    return locale.language if locale else "en"


def current_time_zone() -> str:
    """Return the name of the reader's time zone; inside a request only."""
    return str(get_timezone() or "UTC")


class Language:
    """One language, for code that runs outside a request."""

    def __init__(self, code: str) -> None:
        self.code = code if code in LANGUAGES else "en"
        self._catalogue = _catalogue(self.code)

    def gettext(self, message: str, **values: object) -> str:
        """Return ``message`` in this language."""
        text = self._catalogue.ugettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the plural form for ``number`` in this language."""
        return self._catalogue.ungettext(one, many, number) % _Given({"num": number} | values)


@cache
def _catalogue(code: str) -> NullTranslations:
    loaded = Translations.load(str(FOLDER), [code])
    if code != "en" and not isinstance(loaded, Translations):
        raise SettingsError(
            f"the {LANGUAGES[code]} texts are not compiled;"
            " run: python -m server.foundation.catalogues compile"
        )
    return loaded


def _wished_by_browser() -> str:
    # Werkzeug's best_match prefers an exact "en" to a better liked "ru-RU".
    for wish, quality in request.accept_languages:
        code = wish.partition("-")[0].lower()
        if code in LANGUAGES and quality > 0:
            return code
    return "en"


#: Tells (language, time zone) of the person who is signed in, or None.
ReaderOf = Callable[[], tuple[str, str] | None]


def install_translation(app: Flask, reader_of: ReaderOf) -> None:
    """Let ``app`` speak the reader's language: their own setting, a cookie, the browser's wish."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"

    def language() -> str:
        reader = reader_of()
        if reader is not None and reader[0] in LANGUAGES:
            return reader[0]
        chosen = request.cookies.get(COOKIE, "")
        if chosen in LANGUAGES:
            return chosen
        return _wished_by_browser()

    def time_zone() -> str:
        reader = reader_of()
        return reader[1] if reader is not None else "UTC"

    Babel(app, locale_selector=language, timezone_selector=time_zone)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # made by an extension
        lambda message: _here().ugettext(message),
        lambda one, many, number: _here().ungettext(one, many, number),
        newstyle=True,
    )
