"""REST over the desk's words and templates: both are data, and one for the whole desk."""

import json
from typing import Any

from flask import Response
from flask.views import MethodView

from server.desk.tickets.actions import templating, wording
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries import belongings
from server.desk.tickets.queries.words import changed_sections, words_document
from server.desk.tickets.schemas.belongings import (
    DeskWordsDraftSchema,
    DeskWordsSchema,
    TicketTemplateDraftSchema,
    TicketTemplateNewSchema,
    TicketTemplateSchema,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission


@tickets.route("/desk-words")
class DeskWords(MethodView):
    """Kinds, states, moves, levels, lists, categories and their fields."""

    @tickets.response(200, DeskWordsSchema)
    def get(self) -> Any:
        """Return the words in force; members come in the order in which people choose."""
        current_actor().require(Permission.TICKET_READ)
        return _answer()

    @tickets.arguments(DeskWordsDraftSchema)
    @tickets.response(200, DeskWordsSchema)
    def patch(self, body: dict[str, Any]) -> Any:
        """Replace sections; all of them are checked against each other first."""
        wording.change_words(current_session(), current_actor(), body["sections"], current_time())
        return _answer()


def _answer() -> Response:
    session = current_session()
    told = {"sections": words_document(session), "changed": sorted(changed_sections(session))}
    # Written here, because the order of members counts and Flask would sort them.
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")


@tickets.route("/ticket-templates")
class Templates(MethodView):
    """Prepared tickets and checklists."""

    @tickets.response(200, TicketTemplateSchema(many=True))
    def get(self) -> Any:
        """List the templates by name."""
        return belongings.list_templates(current_session(), current_actor())

    @tickets.arguments(TicketTemplateNewSchema)
    @tickets.response(201, TicketTemplateSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a template."""
        code, name = body.pop("code"), body.pop("name")
        return templating.add_template(
            current_session(), current_actor(), code, name, body, current_time()
        )


@tickets.route("/ticket-templates/<string:code>")
class OneTemplate(MethodView):
    """One template."""

    @tickets.response(200, TicketTemplateSchema)
    def get(self, code: str) -> Any:
        """Return one template."""
        return belongings.find_template(current_session(), current_actor(), code)

    @tickets.arguments(TicketTemplateDraftSchema)
    @tickets.response(200, TicketTemplateSchema)
    def put(self, body: dict[str, Any], code: str) -> Any:
        """Write what a template fills in anew."""
        session, actor = current_session(), current_actor()
        templating.require_rules(actor)
        belongings.find_template(session, actor, code)
        name = body.pop("name")
        return templating.save_template(session, actor, code, name, body, current_time())

    @tickets.response(204)
    def delete(self, code: str) -> None:
        """Take a template away; tickets made of it stay."""
        templating.remove_template(current_session(), current_actor(), code)
