"""axe-core on a page as it stands, with what it does over and over done once."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Violations = list[dict[str, Any]]

#: WCAG 2.1 A and AA.
_WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
# Only violations are spelled out: describing everything that is right takes most of the time. Of
# what axe loads beforehand, the rules of ours read media; none reads style sheets.
_ALWAYS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
# A page has a dozen colours, and axe reads them thousands of times, by a slow reader: a third of
# the time that contrasts take.
_REMEMBER_COLOURS = """
() => {
  const { Color } = axe.commons.color;
  const { parseString } = Color.prototype;
  const known = new Map();
  Color.prototype.parseString = function (text) {
    const seen = known.get(text);
    if (seen === undefined) {
      parseString.call(this, text);
      known.set(text, new Color(this));
      return this;
    }
    [this.r, this.g, this.b, this.alpha] = [seen.r, seen.g, seen.b, seen.alpha];
    return this;
  };
}
"""
# None where axe is not on the page yet.
_RUN = """
async ([where, asked]) => typeof axe !== "object" ? null :
  (await axe.run(where ? document.querySelector(where) : document, asked)).violations
"""


def bring_along(page: Page) -> None:
    """Let every page that is opened from now on have axe: for who looks at many.

    The browser keeps it, where otherwise half a megabyte travels to each of them.
    """
    page.add_init_script(f"{AXE_SCRIPT};\n({_REMEMBER_COLOURS})();")


def run_axe(page: Page, *, contrast: bool = True) -> Violations:
    """Return what breaks WCAG 2.1 A and AA; without ``contrast``, the colours are let be."""
    asked = {"runOnly": {"type": "tag", "values": list(_WCAG)}}
    return _run(page, "", asked | {"rules": {"color-contrast": {"enabled": contrast}}})


def run_contrast(page: Page, where: str = "") -> Violations:
    """Return where text can hardly be read: on the whole page, or inside the one element meant."""
    return _run(page, where, {"runOnly": ["color-contrast"]})


def _run(page: Page, where: str, asked: Mapping[str, Any]) -> Violations:
    how = [where, {**_ALWAYS, **asked}]
    found: Violations | None = page.evaluate(_RUN, how)
    if found is None:
        page.evaluate(AXE_SCRIPT)
        page.evaluate(_REMEMBER_COLOURS)
        found = page.evaluate(_RUN, how)
    assert found is not None
    return found
