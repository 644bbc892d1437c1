"""REST over computers of directories."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Line
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import (
    Moment,
    PageQuerySchema,
    StrictSchema,
    page_of,
    page_request,
)
from server.foundation.edge.tables import saved_answer
from server.items.directory_computers import (
    SHOWN,
    ComputerQuestion,
    computers_csv,
    list_computers,
)

directory_computers = Blueprint(
    "directory_computers",
    __name__,
    url_prefix=PREFIX,
    description="Computers that directories hold, and the items they stand for.",
)

_MEDIA = "text/csv"
_WHAT = (
    "`unseen`: no agent ever spoke of it; `unmatched`: it stands for no item; `disabled`: its "
    "account is; `gone`: it is no longer in the directory; `all`: whatever is there."
)


class DirectoryComputerSchema(Schema):
    """The account of a computer, as the directory last showed it."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    fqdn = fields.String(required=True)
    dn = fields.String(required=True)
    os = fields.String(required=True)
    os_version = fields.String(required=True)
    last_logon = fields.Date(required=True, allow_none=True)
    created_on = fields.Date(required=True, allow_none=True)
    disabled = fields.Boolean(required=True)
    first_seen_at = Moment(required=True)
    gone_at = Moment(required=True, allow_none=True)
    matched = fields.Boolean(required=True)
    why = fields.String(
        required=True,
        metadata={
            "description": "Why it stands for no item: `no_match`, `several` (more than one item "
            "has its full name), `name_only` (it has none), `disabled`, `review`, `refused`; else "
            "empty."
        },
    )
    item_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null when it is out of sight."}
    )
    item_name = fields.String(required=True)


class ComputersFileQuerySchema(StrictSchema):
    """Which computers of a directory."""

    from_text = True

    show = fields.String(
        load_default="unseen",
        validate=validate.OneOf(SHOWN),
        metadata={"description": _WHAT},
    )
    q = Line(load_default="", metadata={"description": "What their names hold."})


class ComputersQuerySchema(ComputersFileQuerySchema, PageQuerySchema):
    """Which computers of a directory, page by page."""


def _question(query: dict[str, Any]) -> ComputerQuestion:
    return ComputerQuestion(query["show"], query["q"])


@directory_computers.route("/directories/<int:directory_id>/computers")
class Computers(MethodView):
    """Computers of a directory."""

    @directory_computers.arguments(ComputersQuerySchema, location="query")
    @directory_computers.response(200, page_of(DirectoryComputerSchema, "DirectoryComputerPage"))
    def get(self, query: dict[str, Any], directory_id: int) -> Any:
        """List a directory's computers: those that no agent ever saw, or others."""
        session, actor = current_session(), current_actor()
        return list_computers(session, actor, directory_id, _question(query), page_request(query))


@directory_computers.route("/directories/<int:directory_id>/computers.csv")
class ComputersAsCsv(MethodView):
    """Computers of a directory for spreadsheets."""

    @directory_computers.arguments(ComputersFileQuerySchema, location="query")
    @directory_computers.response(200, {"type": "string"}, content_type=_MEDIA)
    def get(self, query: dict[str, Any], directory_id: int) -> Response:
        """Write the same list, all of it, one line a computer."""
        text = computers_csv(current_session(), current_actor(), directory_id, _question(query))
        return saved_answer(text, _MEDIA, "computers.csv")
