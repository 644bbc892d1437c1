"""REST over the catalogue: what one may ask for, and how it is kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.catalogue import actions, queries, schemas
from server.desk.catalogue.models import Offering
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX

#: The name under which what knows the desk's words is lent, as in ``server.wiring.LENT``.
DESK_WORDS = "desk_words"
#: Returns what is wrong with the words of a document's ticket, by their places.
WordCheck = Callable[[Session, Any], Mapping[str, str]]

catalogue = Blueprint(
    "catalogue",
    __name__,
    url_prefix=PREFIX,
    description="What people may ask for, and the forms by which they do.",
)


@contextmanager
def refusing_strange_words(session: Session, document: Mapping[str, Any]) -> Iterator[None]:
    """Raise ``InvalidValue`` for words that the desk does not have, with all other faults."""
    strange = cast("WordCheck", installation().lent[DESK_WORDS])(session, document.get("ticket"))
    try:
        yield
    except InvalidValue as refused:
        raise InvalidValue({**strange, **refused.fields}) from refused
    if strange:
        raise InvalidValue(strange)


@catalogue.route("/offerings")
class Offerings(MethodView):
    """What one may ask for."""

    @catalogue.arguments(schemas.OfferedQuerySchema, location="query")
    @catalogue.response(200, schemas.OfferedSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """List what is offered to the caller, by its English name."""
        found = queries.list_offerings(current_session(), current_actor(), **query)
        return [schemas.offered_document(one) for one in found]


@catalogue.route("/offering-sections")
class Sections(MethodView):
    """How the catalogue is divided."""

    @catalogue.response(200, schemas.OfferingSectionSchema(many=True))
    def get(self) -> Any:
        """List the sections in which there is something for the caller."""
        return queries.list_sections(current_session(), current_actor())


@catalogue.route("/offerings/<string:offering>")
class OneOffered(MethodView):
    """One thing to ask for."""

    @catalogue.arguments(schemas.OfferedVersionQuerySchema, location="query")
    @catalogue.response(200, schemas.OfferedSchema)
    def get(self, query: dict[str, Any], offering: str) -> Any:
        """Return what is offered, or an older version that still holds."""
        session, actor = current_session(), current_actor()
        found = queries.find_offered(session, actor, offering, query["version"])
        return schemas.offered_document(found)


@catalogue.route("/catalogue")
class Catalogue(MethodView):
    """All offerings, for who keeps them."""

    @catalogue.arguments(schemas.CatalogueQuerySchema, location="query")
    @catalogue.response(200, schemas.OfferingSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """List all offerings, drafts and retired ones too."""
        return queries.list_catalogue(current_session(), current_actor(), query["state"])

    @catalogue.arguments(schemas.OfferingNewSchema)
    @catalogue.response(201, schemas.OfferingSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a new offering, as a draft."""
        session, actor, now = current_session(), current_actor(), current_time()
        with refusing_strange_words(session, body["document"]):
            return actions.write_offering(session, actor, body["code"], body["document"], now)


@catalogue.route("/shipped-offerings")
class Shipped(MethodView):
    """Offerings that come with Cadastre."""

    @catalogue.response(200, schemas.OfferingSchema(many=True))
    def post(self) -> Any:
        """Add the ready offerings that are not here yet, as drafts; returns those added."""
        return actions.add_shipped(current_session(), current_actor(), current_time())


@catalogue.route("/catalogue/<string:offering>")
class OneOffering(MethodView):
    """One offering as it is worked on."""

    @catalogue.doc(**READS_VERSION)
    @catalogue.response(200, schemas.OfferingSchema)
    def get(self, offering: str) -> Any:
        """Return an offering; its ETag serves If-Match."""
        return _answer(queries.find_offering(current_session(), current_actor(), offering))

    @catalogue.doc(**CHECKS_VERSION)
    @catalogue.arguments(schemas.OfferingDraftSchema)
    @catalogue.response(200, schemas.OfferingSchema)
    def put(self, body: dict[str, Any], offering: str) -> Any:
        """Write an offering anew; people see it with the next publication."""
        session, actor = current_session(), current_actor()
        check_version(actions.lock_offering(session, actor, offering).edition)
        now, document = current_time(), body["document"]
        with refusing_strange_words(session, document):
            return _answer(actions.change_offering(session, actor, offering, document, now))

    @catalogue.doc(**CHECKS_VERSION)
    @catalogue.response(204)
    def delete(self, offering: str) -> None:
        """Take a draft away that was never published."""
        session, actor = current_session(), current_actor()
        check_version(actions.lock_offering(session, actor, offering).edition)
        actions.remove_offering(session, actor, offering)


@catalogue.route("/catalogue/<string:offering>/publish")
class Publication(MethodView):
    """An offering is offered."""

    @catalogue.doc(**CHECKS_VERSION)
    @catalogue.arguments(schemas.OfferingPublicationSchema)
    @catalogue.response(200, schemas.OfferingSchema)
    def post(self, body: dict[str, Any], offering: str) -> Any:
        """Offer what was written, as a new version."""
        session, actor = current_session(), current_actor()
        check_version(actions.lock_offering(session, actor, offering).edition)
        return _answer(actions.publish_offering(session, actor, offering, current_time(), **body))


@catalogue.route("/catalogue/<string:offering>/retire")
class Retirement(MethodView):
    """An offering is offered no longer."""

    @catalogue.doc(**CHECKS_VERSION)
    @catalogue.response(200, schemas.OfferingSchema)
    def post(self, offering: str) -> Any:
        """Offer it no longer; orders that were placed go on."""
        session, actor = current_session(), current_actor()
        check_version(actions.lock_offering(session, actor, offering).edition)
        return _answer(actions.retire_offering(session, actor, offering, current_time()))


@catalogue.route("/catalogue/<string:offering>/versions")
class Versions(MethodView):
    """What an offering said before."""

    @catalogue.response(200, schemas.OfferingVersionSchema(many=True))
    def get(self, offering: str) -> Any:
        """List its publications, the newest first."""
        return queries.versions_of(current_session(), current_actor(), offering)


def _answer(row: Offering) -> Response:
    return with_etag(schemas.OfferingSchema, row, row.edition)
