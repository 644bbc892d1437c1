"""Changes: the list, the plan, the page with what a change would do, and what is done there."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.pages import change_list, change_page, change_plan

changes = Blueprint("changes", __name__, url_prefix="/changes")

View = Callable[..., ResponseReturnValue]

_ROUTES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", change_list.index, ("GET",)),
    ("/new", "new", change_plan.new, ("GET", "POST")),
    ("/preview", "preview", change_plan.preview_plan, ("POST",)),
    ("/<reference>", "show", change_page.show, ("GET",)),
    ("/<reference>/edit", "edit", change_plan.edit, ("GET", "POST")),
    ("/<reference>/move", "move", change_page.move, ("POST",)),
    ("/<reference>/approval", "ask", change_page.ask, ("POST",)),
    ("/<reference>/decision", "decide", change_page.decide, ("POST",)),
    ("/<reference>/comments", "comment", change_page.comment, ("POST",)),
)

for _rule, _endpoint, _view, _methods in _ROUTES:
    changes.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
