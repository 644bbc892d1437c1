"""What can be wrong with a page as it stands in a browser, seen with its own eyes."""

from collections.abc import Iterable
from typing import TypedDict

from playwright.sync_api import Page, ViewportSize

from tests.journeys.english import SPARED, TEXTS
from tests.support.axe import bring_along, run_contrast

#: The narrowest phone the pages are made for, and the screen most desks have.
PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1366, height=768)

_SERIOUS = ("(serious)", "(critical)")

# What a closed <details> holds is not shown, so no contrast is measured there; on a page with a
# thousand of them axe would ask each line whether it is shown.
_DROP_WHAT_IS_CLOSED = """
  for (const closed of document.querySelectorAll("details:not([open])")) {
    closed.replaceChildren(...closed.querySelectorAll(":scope > summary"));
  }
"""
# The page without its content: what is the same here is the same to the eye.
_FRAME = f"""
() => {{{_DROP_WHAT_IS_CLOSED}  const frame = document.body.cloneNode(true);
  frame.querySelector("#content")?.replaceChildren();
  const {{ attributes }} = document.documentElement;
  const said = [...attributes].map((one) => `${{one.name}}=${{one.value}}`);
  return [...said, frame.outerHTML].join();
}}
"""
# The page follows the wish for the dark by itself. Playwright's own waiting would bring its
# selectors to every page, which costs as much as a look at it.
_UNTIL_IT_IS_DARK = """
() => new Promise((resolve, reject) => {
  const { documentElement: root } = document;
  const look = () => root.dataset.bsTheme === "dark" && resolve();
  new MutationObserver(look).observe(root, { attributes: true });
  setTimeout(() => reject(new Error("the page does not follow into the dark")), 30000);
  look();
})
"""

# What sticks out at the right, the innermost first; what scrolls inside a box of its own does not.
_STICKING_OUT = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  };
  const out = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element));
  const said = out.map((element) => element.outerHTML.slice(0, 160));
  return [`the page is ${document.documentElement.scrollWidth} px wide`, ...said.slice(-3)];
}
"""

# Text that its box hides. Cut on purpose: what scrolls, what ends in an ellipsis and is whole on
# hover, and what only screen readers read. A select and an input clip without saying so: there
# the text is measured.
_CUT_OFF = """
(meant) => {
  const brush = document.createElement("canvas").getContext("2d");
  const clipped = (element, text) => {
    const { font, paddingLeft, paddingRight, textOverflow } = getComputedStyle(element);
    if (textOverflow === "ellipsis") return false;
    brush.font = font;
    const room = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    return brush.measureText(text.trim()).width > room + 1;
  };
  const overflows = (element) => {
    const parts = [...element.childNodes];
    const text = parts.some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
    const box = getComputedStyle(element).display === "inline" ? null : element.parentElement;
    const sticksOut = box && getComputedStyle(box).display.endsWith("flex")
      && element.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
    if (!text || (element.scrollWidth <= element.clientWidth + 1 && !sticksOut)) return false;
    const styles = [element, ...(sticksOut ? [box] : [])].map((one) => getComputedStyle(one));
    if (styles.some(({ overflowX }) => ["auto", "scroll"].includes(overflowX))) return false;
    return !(styles[0].textOverflow === "ellipsis" && element.closest("[title]"));
  };
  const isCut = (element) => {
    if (element.matches("select:not([multiple])")) {
      return clipped(element, element.selectedOptions[0]?.text ?? "");
    }
    if (element.matches("input[placeholder]") && !element.value) {
      return clipped(element, element.placeholder);
    }
    return overflows(element);
  };
  const seen = [...document.querySelectorAll("body *")].filter((element) => element.clientWidth
    && element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !element.closest(meant));
  return seen.filter(isCut).map((element) => element.outerHTML.slice(0, 160));
}
"""
#: For screen readers alone; the select behind a picker, which people never meet.
_NOT_SEEN = ".visually-hidden, .tomselected, option"

# All of it in one question: each costs as much as its answer.
_SIGHT = f"""
([spared, meant]) => ({{
  texts: ({TEXTS})(spared),
  cut_off: ({_CUT_OFF})(meant),
  sticking_out: ({_STICKING_OUT})(),
  language: document.documentElement.lang,
}})
"""


def serious(violations: Iterable[str]) -> list[str]:
    """Keep what axe calls serious or critical."""
    return [line for line in violations if any(word in line for word in _SERIOUS)]


class Reader:
    """Looks for text that can hardly be read, by daylight and in the dark.

    The frame around the content is looked at once for each way it stands: with another entry of
    the navigation lit, with a dialog of the page.
    """

    def __init__(self, page: Page) -> None:
        """``page`` has nothing open yet that is to be looked at."""
        self._page = page
        bring_along(page)
        self._frames: set[str] = set()

    def faint(self) -> list[str]:
        """Return what can hardly be read; what is closed leaves the page for good."""
        frame = self._page.evaluate(_FRAME)
        where = "#content" if frame in self._frames else ""
        self._frames.add(frame)
        found = [f"hardly readable: {line}" for line in _faint(self._page, where)]
        self._page.emulate_media(color_scheme="dark")
        self._page.evaluate(_UNTIL_IT_IS_DARK)
        found += [f"hardly readable in the dark: {line}" for line in _faint(self._page, where)]
        self._page.emulate_media(color_scheme="light")
        return found


def _faint(page: Page, where: str) -> list[str]:
    nodes = [node for violation in run_contrast(page, where) for node in violation["nodes"]]
    return [f"{node['html']} {node['any'][0]['message']}" for node in nodes]


class Sight(TypedDict):
    """What is to be seen of a page at once."""

    texts: list[str]
    cut_off: list[str]
    sticking_out: list[str]
    language: str


def sight(page: Page) -> Sight:
    """Return the texts of a page, what of them does not fit, and in which language it is."""
    found: Sight = page.evaluate(_SIGHT, [SPARED, _NOT_SEEN])
    return found


def sticking_out(page: Page) -> list[str]:
    """Return what makes the page scroll sideways."""
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


def cut_off(page: Page) -> list[str]:
    """Return elements whose text does not fit and is not meant to be cut."""
    found: list[str] = page.evaluate(_CUT_OFF, _NOT_SEEN)
    return found
