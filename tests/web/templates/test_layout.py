import json
import re

from tests.web.templates.rendering import environment, shell

PAGE = """{% extends "layout/base.html" %}
{% block title %}db-07{% endblock %}
{% block content %}<p>facts</p>{% endblock %}"""
SIGN_IN = """{% extends "layout/bare.html" %}
{% block title %}Sign in{% endblock %}
{% block body_attributes %}data-signed-out{% endblock %}
{% block content %}<p>form</p>{% endblock %}"""


def _page(**changes: object) -> str:
    return environment({"page.html": PAGE}).get_template("page.html").render(shell=shell(**changes))


def test_a_page_says_its_language_and_its_name() -> None:
    page = _page(language="ru")
    assert '<html lang="ru"' in page
    assert "<title>db-07 · Cadastre</title>" in page
    assert re.search(r"<h1[^>]*>db-07</h1>", page)


def test_the_theme_is_set_before_anything_is_drawn() -> None:
    page = _page()
    assert page.index("first-paint.js") < page.index("site.css")


def test_the_entry_one_is_in_is_marked_for_everybody() -> None:
    assert len(re.findall(r'aria-current="page"', _page())) == 1


def test_a_page_starts_with_a_way_past_the_navigation() -> None:
    page = _page()
    assert page.index('href="#content"') < page.index("<aside")
    assert '<main id="content"' in page


def test_htmx_may_neither_evaluate_nor_leave_the_site_nor_keep_pages() -> None:
    found = re.search(r"name=\"htmx-config\" content='([^']*)'", _page())
    assert found is not None
    config = json.loads(found.group(1).replace("&#34;", '"'))
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert "style" not in config["attributesToSettle"]
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0
    assert {"code": "422", "swap": True} in config["responseHandling"]


def test_the_scripts_get_their_sentences_as_data() -> None:
    found = re.search(r'id="client-strings">(.*?)</script>', _page(), re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1))["copied"] == "Copied"


def test_what_somebody_may_not_create_is_not_offered() -> None:
    assert "sidebar-new" not in _page(creations=())


def test_a_name_in_the_frame_cannot_break_out_of_it() -> None:
    assert "<img" not in _page(actor_name='"><img src=x>').replace('<img src="/static', "")


def test_signing_in_needs_nobody_signed_in() -> None:
    page = environment({"page.html": SIGN_IN}).get_template("page.html").render(language="es")
    assert '<html lang="es">' in page
    assert "data-signed-out" in page
    assert "data-actor" not in page
    assert "Saved." in page
