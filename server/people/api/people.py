"""People, and the log-ins they have been given."""

from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.records.parties import Group, Person
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.foundation.permissions import Permission
from server.people.actions import accounts as account_actions
from server.people.actions import people as actions
from server.people.actions.passwords import reset_password
from server.people.actions.photos import remove_photo, set_photo
from server.people.actions.second_factor import take_factor_away
from server.people.api.answers import photo_answer
from server.people.queries import accounts, photos
from server.people.queries import people as queries
from server.people.schemas.access import (
    AccountChangeSchema,
    AccountGiveSchema,
    AccountSchema,
    OneTimePasswordSchema,
)
from server.people.schemas.parties import (
    PersonChangeSchema,
    PersonCreateSchema,
    PersonDetailSchema,
    PersonPage,
    PersonQuerySchema,
    PersonSchema,
)

people = Blueprint("people", __name__, url_prefix=PREFIX, description="People and log-ins.")


@people.route("/people")
class People(MethodView):
    """Everybody in sight."""

    @people.arguments(PersonQuerySchema, location="query")
    @people.response(200, PersonPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List people."""
        current_actor().require(Permission.PERSON_READ)
        page = page_request(query)
        wanted = queries.PersonFilter(
            query["q"], query["group"], query["active"], query["organisation"]
        )
        return queries.list_people(current_session(), current_actor(), wanted, page)

    @people.arguments(PersonCreateSchema)
    @people.response(201, PersonSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write somebody down."""
        return actions.create_person(current_session(), current_actor(), body, current_time())


@people.route("/people/<int:person_id>")
class OnePerson(MethodView):
    """Somebody."""

    @people.doc(**READS_VERSION)
    @people.response(200, PersonDetailSchema)
    def get(self, person_id: int) -> Response:
        """Return somebody with their groups; the ETag serves If-Match."""
        session, actor = current_session(), current_actor()
        found = queries.person(session, actor, person_id)
        groups = queries.groups_of_person(session, actor, person_id)
        return with_etag(PersonDetailSchema, _detail(found, groups), found.version)

    @people.doc(**CHECKS_VERSION)
    @people.arguments(PersonChangeSchema)
    @people.response(200, PersonSchema)
    def patch(self, body: dict[str, Any], person_id: int) -> Response:
        """Change somebody; send If-Match to be sure of what you change."""
        session, actor = current_session(), current_actor()
        found = queries.person_for_writing(session, actor, person_id)
        check_version(found.version)
        changed = actions.change_person(session, actor, found, body, current_time())
        return with_etag(PersonSchema, changed, changed.version)


@people.route("/people/<int:person_id>/photo")
class PersonPhotoView(MethodView):
    """What somebody looks like."""

    @people.response(200, content_type="image/jpeg")
    @people.alt_response(404, description="There is no photo.")
    def get(self, person_id: int) -> Response:
        """Return the photo of a person, a JPEG or PNG picture."""
        return photo_answer(photos.photo(current_session(), current_actor(), person_id))

    @people.doc(
        requestBody={
            "required": True,
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    )
    @people.response(204)
    def put(self, person_id: int) -> None:
        """Send a JPEG or PNG picture as the body; only the picture in it is kept."""
        content = request.get_data()
        set_photo(current_session(), current_actor(), person_id, content, current_time())

    @people.response(204)
    def delete(self, person_id: int) -> None:
        """Take the photo of a person away."""
        remove_photo(current_session(), current_actor(), person_id)


@people.route("/people/<int:person_id>/account")
class PersonAccount(MethodView):
    """Somebody's log-in."""

    @people.response(200, AccountSchema)
    def get(self, person_id: int) -> Any:
        """Return the log-in of a person."""
        return accounts.account(current_session(), current_actor(), person_id)

    @people.arguments(AccountGiveSchema)
    @people.response(200, AccountSchema)
    def put(self, body: dict[str, Any], person_id: int) -> Any:
        """Give a person a log-in, or their log-in another name."""
        return account_actions.give_account(
            current_session(), current_actor(), person_id, body["login"], current_time()
        )

    @people.arguments(AccountChangeSchema)
    @people.response(200, AccountSchema)
    def patch(self, body: dict[str, Any], person_id: int) -> Any:
        """Close or open a log-in; closing it ends every session at once."""
        session, actor = current_session(), current_actor()
        found = accounts.account(session, actor, person_id)
        return account_actions.switch_account(
            session, actor, found, current_time(), disabled=body["disabled"]
        )


@people.route("/people/<int:person_id>/account/password-reset", methods=["POST"])
@people.response(201, OneTimePasswordSchema)
@own_transactions
def reset(person_id: int) -> Any:
    """Give a log-in a one-time password; it is shown once and ends every session."""
    database, actor = installation().database, current_actor()
    with database.reading() as session:
        login = accounts.account(session, actor, person_id).login
    password = reset_password(database, actor, login, current_time())
    return {"login": login, "one_time_password": password}


def _detail(person: Person, groups: list[Group]) -> dict[str, Any]:
    shown = {name: getattr(person, name) for name in PersonSchema().fields}
    return shown | {"groups": [{"id": group.id, "name": group.name} for group in groups]}


@people.route("/people/<int:person_id>/account/second-factor")
class SecondFactorOf(MethodView):
    """The second factor of somebody's log-in."""

    @people.response(204)
    def delete(self, person_id: int) -> None:
        """Take it away from somebody who lost it; their password alone lets them in then."""
        take_factor_away(current_session(), current_actor(), person_id)
