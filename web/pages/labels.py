"""Sheets of labels, ready to print."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from server.assets.labels import MOST, SHEETS, labels_of
from server.foundation.edge.requests import current_actor, current_session, installation
from web.pages.frame import reader, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_choice
from web.presenters.ownership import sheet_name

labels = Blueprint("labels", __name__, url_prefix="/labels")

#: Labels at the beginning of a sheet that are used up already.
_MOST_SKIPPED = 64


@labels.route("")
def sheet() -> ResponseReturnValue:
    """Show labels of the chosen items as they are printed on A4."""
    chosen = [one for text in request.args.getlist("selected") if (one := whole(text)) is not None]
    base = installation().settings.base_url
    found = labels_of(current_session(), current_actor(), chosen, base)
    code = asked_choice("sheet", SHEETS) or SHEETS[0]
    columns, rows = (int(part) for part in code.split("x"))
    skipped = min(whole(request.args.get("skip")) or 0, _MOST_SKIPPED, columns * rows - 1)
    cells = [None] * skipped + found
    size = columns * rows
    return render_template(
        "assets/labels.html",
        pages=[cells[start : start + size] for start in range(0, len(cells), size)],
        found=found,
        code=code,
        skipped=skipped,
        sheets=[(one, sheet_name(one, reader())) for one in SHEETS],
        most=MOST,
        left_out=len(set(chosen)) > MOST,
        drawn=Markup,
        class_name=class_name,
    )
