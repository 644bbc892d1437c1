"""Sheets of labels fill A4 to its edges, one page each; menus stay on the page."""

import re
from pathlib import Path

from tests.journeys.conftest import Served, SignedIn


def test_a_sheet_of_labels_is_one_page_of_a4(
    served: Served, signed_in: SignedIn, tmp_path: Path
) -> None:
    page = signed_in("en")
    item = served.company.things["app"]
    for skipped, sheets in ((0, 1), (23, 1)):
        page.goto(f"/labels?selected={item}&skip={skipped}")
        page.wait_for_selector(".labels svg")
        file = tmp_path / f"{skipped}.pdf"
        page.pdf(path=file, prefer_css_page_size=True)
        text = file.read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", text)) == sheets
        # In points: 210 by 297 millimetres.
        boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", text)
        assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}


def test_a_menu_opens_to_the_side_where_it_fits(signed_in: SignedIn) -> None:
    for width in (1366, 390):
        page = signed_in("en", viewport={"width": width, "height": 900})
        page.goto("/items")
        for menu in page.locator(".page-actions details[data-menu]").all():
            menu.locator("summary").click()
            shown = menu.locator(".menu-list")
            shown.wait_for()
            box, frame = shown.bounding_box(), page.locator("main").bounding_box()
            assert box is not None
            assert frame is not None
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
