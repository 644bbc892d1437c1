"""What the Content-Security-Policy forbids is caught here before a browser has to."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.web.templates.rendering import TEMPLATES, template_files

ICONS = set(json.loads((ROOT / "web/static/src/icons.json").read_text(encoding="utf-8")))
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
_FORBIDDEN = {
    "an inline style": r"\sstyle\s*=|<style",
    "an inline script": r"<script(?![^>]*\b(?:src=|type=\"application/json\"))",
    "an inline handler": r"\son[a-z]+\s*=|\bhx-on",
    "code in an htmx attribute": r"hx-(?:vals|vars|headers)\s*=\s*[\"']js:|hx-trigger=\"[^\"]*\[",
    "a foreign address": r"(?:src|href|action)=\"(?:https?:)?//",
    "unescaped markup": r"\|\s*safe\b",
}


@pytest.mark.parametrize(
    "path", template_files(), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_a_template_keeps_the_policy(path: Path) -> None:
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    found = {what for what, pattern in _FORBIDDEN.items() if re.search(pattern, text)}
    assert found == set()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color:red">', "an inline style"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<a onclick="x()">', "an inline handler"),
        ('<a hx-on:click="x()">', "an inline handler"),
        ("<a hx-vals='js:{a: 1}'>", "code in an htmx attribute"),
        ('<img src="//cdn.example/x.png">', "a foreign address"),
        ("{{ name|safe }}", "unescaped markup"),
    ],
)
def test_a_breach_of_the_policy_is_recognised(text: str, what: str) -> None:
    assert re.search(_FORBIDDEN[what], text)


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    named = {
        name
        for path in template_files()
        for name in re.findall(r"\bicon\([\"']([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= ICONS


def test_the_list_of_icons_is_sorted_and_names_each_once() -> None:
    text = (ROOT / "web/static/src/icons.json").read_text(encoding="utf-8")
    assert json.loads(text) == sorted(ICONS)
