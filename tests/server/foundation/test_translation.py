"""Each reader gets their own language, and numbers get the forms their language has."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.foundation.translation import (
    COOKIE,
    LANGUAGES,
    Language,
    current_language,
    current_time_zone,
    gettext,
    install_translation,
    ngettext,
)

ONE, MANY = "%(num)d item outside your view", "%(num)d items outside your view"
COMMON_ONE, COMMON = "%(item)s: %(num)d incident in common", "%(item)s: %(num)d incidents in common"


class Site:
    """A page that says what the reader's settings are; ``reader`` is who is signed in."""

    def __init__(self) -> None:
        self.reader: tuple[str, str] | None = None
        self.app = Flask(__name__)
        install_translation(self.app, lambda: self.reader)
        self.app.add_url_rule("/", view_func=self.page)

    def page(self) -> dict[str, str]:
        return {
            "language": current_language(),
            "zone": current_time_zone(),
            "save": gettext("Save"),
            "limit": gettext("At most %(length)s characters fit.", length=7),
            "outside": ngettext(ONE, MANY, 3),
            "common": ngettext(COMMON_ONE, COMMON, 2) % {"item": "db-07 (100%)", "num": 2},
        }

    def visit(self, accepts: str = "", cookie: str = "") -> dict[str, str]:
        client: FlaskClient = self.app.test_client()
        if cookie:
            client.set_cookie(COOKIE, cookie)
        headers = {"Accept-Language": accepts} if accepts else {}
        answer: dict[str, str] = client.get("/", headers=headers).get_json()
        return answer


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 элементов вне вашей видимости"),
        (1, "1 элемент вне вашей видимости"),
        (2, "2 элемента вне вашей видимости"),
        (4, "4 элемента вне вашей видимости"),
        (5, "5 элементов вне вашей видимости"),
        (11, "11 элементов вне вашей видимости"),
        (12, "12 элементов вне вашей видимости"),
        (21, "21 элемент вне вашей видимости"),
        (22, "22 элемента вне вашей видимости"),
        (111, "111 элементов вне вашей видимости"),
    ],
)
def test_russian_numbers_take_the_form_of_their_last_digits(number: int, text: str) -> None:
    assert Language("ru").ngettext(ONE, MANY, number) == text


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("es", ["1 elemento fuera de su vista", "21 elementos fuera de su vista"]),
        ("en", ["1 item outside your view", "21 items outside your view"]),
    ],
)
def test_other_languages_have_one_and_many(code: str, texts: list[str]) -> None:
    assert [Language(code).ngettext(ONE, MANY, number) for number in (1, 21)] == texts


def test_a_language_outside_requests_fills_in_its_values() -> None:
    text = Language("es").gettext("At most %(length)s characters fit.", length=7)
    assert text == "Caben como máximo 7 caracteres."


def test_a_text_nobody_has_translated_stays_as_it_is() -> None:
    assert Language("ru").gettext("FILE-SRV-01") == "FILE-SRV-01"


def test_an_unknown_language_is_english() -> None:
    assert Language("tlh").code == "en"
    assert Language("tlh").gettext("Save") == "Save"


def test_a_readers_own_setting_wins_over_cookie_and_browser(site: Site) -> None:
    site.reader = ("ru", "Europe/Madrid")
    seen = site.visit(accepts="es", cookie="en")
    assert (seen["language"], seen["zone"]) == ("ru", "Europe/Madrid")
    assert seen["save"] == "Сохранить"
    assert seen["outside"] == "3 элемента вне вашей видимости"


def test_a_cookie_wins_over_the_browser_while_nobody_is_signed_in(site: Site) -> None:
    assert site.visit(accepts="ru", cookie="es")["save"] == "Guardar"


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("ru", "ru"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de,ru-RU;q=0.7,en;q=0.3", "ru"),
        ("de", "en"),
        ("", "en"),
        ("*;;;,\x7f", "en"),
    ],
)
def test_without_a_cookie_the_browsers_wish_counts(site: Site, accepts: str, language: str) -> None:
    assert site.visit(accepts=accepts)["language"] == language


def test_a_cookie_or_setting_with_another_language_is_passed_over(site: Site) -> None:
    site.reader = ("tlh", "UTC")
    assert site.visit(accepts="ru", cookie="../../etc")["language"] == "ru"


def test_nobody_signed_in_reads_utc(site: Site) -> None:
    assert site.visit()["zone"] == "UTC"


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_language_fills_in_placeholders_on_pages(site: Site, code: str) -> None:
    assert "7" in site.visit(accepts=code)["limit"]


def test_a_plural_with_other_places_is_completed_by_whoever_asked() -> None:
    assert Site().visit()["common"] == "db-07 (100%): 2 incidents in common"
    found = Language("es").ngettext(COMMON_ONE, COMMON, 1) % {"item": "db-07"}
    assert found == "db-07: 1 incidente en común"
