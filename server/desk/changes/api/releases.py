"""REST over releases: what bundles changes towards a version."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.schemas.planning import ChangeSchema
from server.desk.changes.schemas.releases import (
    ReleaseDraftSchema,
    ReleaseListPage,
    ReleasePatchSchema,
    ReleaseSchema,
    ReleaseVersionsSchema,
    release_document,
    release_draft,
    release_row,
    versions_document,
)
from server.foundation.edge.conditional import check_version
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.schemas import PageQuerySchema, page_request


@changes.route("/releases")
class Releases(MethodView):
    """Every release in sight."""

    @changes.arguments(PageQuerySchema, location="query")
    @changes.response(200, ReleaseListPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List releases, the newest first."""
        found = queries.list_releases(current_session(), current_actor(), page_request(query))
        rows = [release_row(row) for row in found.rows]
        return {"rows": rows, "next_cursor": found.next_cursor}

    @changes.arguments(ReleaseDraftSchema)
    @changes.response(201, ReleaseSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Begin a release; changes are put into it afterwards."""
        session, actor = current_session(), current_actor()
        release = actions.draft_release(session, actor, release_draft(body), current_time())
        return _answer(release.reference, 201)


@changes.route("/releases/<string:release>")
class OneRelease(MethodView):
    """One release, by reference or id."""

    @changes.doc(**READS_VERSION)
    @changes.response(200, ReleaseSchema)
    def get(self, release: str) -> Any:
        """Return a release, where it is, and what stands in its way."""
        return _answer(release)

    @changes.doc(**CHECKS_VERSION)
    @changes.arguments(ReleasePatchSchema)
    @changes.response(200, ReleaseSchema)
    def patch(self, body: dict[str, Any], release: str) -> Any:
        """Change some fields."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_release(session, actor, release).version)
        actions.edit_release(session, actor, release, body)
        return _answer(release)

    @changes.response(204)
    def delete(self, release: str) -> None:
        """Take a release away that has no changes."""
        actions.remove_release(current_session(), current_actor(), release)


@changes.route("/releases/<string:release>/changes/<string:reference>")
class ReleaseChange(MethodView):
    """A change in a release."""

    @changes.response(200, ChangeSchema)
    def put(self, release: str, reference: str) -> Any:
        """Bundle an open change; approvals it has stand."""
        session, actor = current_session(), current_actor()
        now = current_time()
        return answer(actions.put_into_release(session, actor, release, reference, now))

    @changes.response(204)
    def delete(self, release: str, reference: str) -> None:
        """Let an open change stand for itself again."""
        session, actor = current_session(), current_actor()
        actions.take_out_of_release(session, actor, release, reference, current_time())


@changes.route("/releases/<string:release>/versions")
class ReleaseVersionsView(MethodView):
    """Discovered against target version."""

    @changes.response(200, ReleaseVersionsSchema)
    def get(self, release: str) -> Any:
        """List the items in sight that the release touches, and what discovery found there."""
        session, actor = current_session(), current_actor()
        found = queries.find_release(session, actor, release)
        return versions_document(found, queries.versions_of_release(session, actor, found))


def _answer(reference: str, status: int = 200) -> Response:
    page = queries.release_page(current_session(), current_actor(), reference)
    document = release_document(page)
    response = make_response(jsonify(document), status)
    # Never a 304: the changes inside move without touching the release.
    response.set_etag(str(page.row.release.version))
    return response
