"""Directories: set up, tried out, synchronised."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

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
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.jobs.queue import enqueue
from server.foundation.secrets import SecretBox
from server.people.actions import directories as actions
from server.people.actions.directory_rules import RuleDraft, add_rule, remove_rule
from server.people.jobs import SYNC_DIRECTORY, sync_key
from server.people.models import Directory, DirectoryRule
from server.people.queries import directories as queries
from server.people.schemas.directories import (
    DirectoryChangeSchema,
    DirectoryCreateSchema,
    DirectoryPage,
    DirectoryRuleCreateSchema,
    DirectoryRuleSchema,
    DirectoryRulesSchema,
    DirectoryRunPage,
    DirectoryRunSchema,
    DirectorySchema,
    DirectoryTestSchema,
    DirectoryTrialSchema,
    SyncQueuedSchema,
    SyncRequestSchema,
)
from server.people.sources import access_of, remapped, source_of, try_out

directories = Blueprint(
    "directories", __name__, url_prefix=PREFIX, description="Where people come from."
)


@directories.route("/directories")
class Directories(MethodView):
    """Every directory the actor administers."""

    @directories.arguments(PageQuerySchema, location="query")
    @directories.response(200, DirectoryPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List directories, without their passwords."""
        return queries.list_directories(current_session(), current_actor(), page_request(query))

    @directories.arguments(DirectoryCreateSchema)
    @directories.response(201, DirectorySchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a directory; its password goes in and never comes out."""
        return actions.create_directory(
            current_session(), current_actor(), body, _secrets(), current_time()
        )


@directories.route("/directories/<int:directory_id>")
class OneDirectory(MethodView):
    """A directory."""

    @directories.doc(**READS_VERSION)
    @directories.response(200, DirectorySchema)
    def get(self, directory_id: int) -> Response:
        """Return a directory; the ETag serves If-Match."""
        return _answer(queries.directory(current_session(), current_actor(), directory_id))

    @directories.doc(**CHECKS_VERSION)
    @directories.arguments(DirectoryChangeSchema)
    @directories.response(200, DirectorySchema)
    def patch(self, body: dict[str, Any], directory_id: int) -> Response:
        """Change a directory; another address blanks its password unless you send it again."""
        session, actor = current_session(), current_actor()
        found = queries.directory(session, actor, directory_id)
        check_version(found.version)
        return _answer(
            actions.change_directory(session, actor, found, body, _secrets(), current_time())
        )


@directories.route("/directories/<int:directory_id>/test", methods=["POST"])
@directories.arguments(DirectoryTrialSchema, required=False)
@directories.response(200, DirectoryTestSchema)
@own_transactions
def test(body: dict[str, Any], directory_id: int) -> Any:
    """Connect, bind and read the first entries, perhaps with another mapping; nothing is stored."""
    with installation().database.reading() as session:
        source = source_of(
            queries.directory(session, current_actor(), directory_id),
            access_of(installation().settings),
        )
    return try_out(source if body.get("mapping") is None else remapped(source, body["mapping"]))


@directories.route("/directories/<int:directory_id>/sync")
class Synchronisation(MethodView):
    """Bringing people and groups to what the directory says."""

    @directories.arguments(SyncRequestSchema)
    @directories.response(202, SyncQueuedSchema)
    def post(self, body: dict[str, Any], directory_id: int) -> Any:
        """Ask for a synchronisation; its report appears among the runs."""
        session = current_session()
        found = queries.directory(session, current_actor(), directory_id)
        payload = {"directory_id": found.id, **body}
        # One that disables many was asked for by name; it must not merge with one that was not.
        key = sync_key(found.id) + (":confirmed" if body["confirm"] else "")
        return {"job_id": enqueue(session, SYNC_DIRECTORY, payload, key=key)}


@directories.route("/directories/<int:directory_id>/runs")
class Runs(MethodView):
    """What synchronisations found and did."""

    @directories.arguments(PageQuerySchema, location="query")
    @directories.response(200, DirectoryRunPage)
    def get(self, query: dict[str, Any], directory_id: int) -> Any:
        """List the synchronisations of a directory."""
        page = page_request(query)
        return queries.list_runs(current_session(), current_actor(), directory_id, page)


@directories.route("/directories/<int:directory_id>/runs/<int:directory_run_id>")
class OneRun(MethodView):
    """What one synchronisation found and did."""

    @directories.response(200, DirectoryRunSchema)
    def get(self, directory_id: int, directory_run_id: int) -> Any:
        """Return the report of a synchronisation."""
        session, actor = current_session(), current_actor()
        return queries.run_of_directory(session, actor, directory_id, directory_run_id)


@directories.route("/directories/<int:directory_id>/rules")
class Rules(MethodView):
    """What membership in a directory's groups gives."""

    @directories.response(200, DirectoryRulesSchema)
    def get(self, directory_id: int) -> Any:
        """List the rules of a directory, in the order in which they count."""
        found = queries.list_rules(current_session(), current_actor(), directory_id)
        return {"items": [_rule(rule, role) for rule, role in found]}

    @directories.arguments(DirectoryRuleCreateSchema)
    @directories.response(201, DirectoryRuleSchema)
    def post(self, body: dict[str, Any], directory_id: int) -> Any:
        """Give a role to groups, or their members an organisation, from the next run on."""
        session, actor = current_session(), current_actor()
        found = queries.directory(session, actor, directory_id)
        rule = add_rule(session, actor, found, RuleDraft(**body), current_time())
        return _rule(rule, body["role"])


@directories.route("/directories/<int:directory_id>/rules/<int:directory_rule_id>")
class OneRule(MethodView):
    """A rule of a directory."""

    @directories.response(204)
    def delete(self, directory_id: int, directory_rule_id: int) -> None:
        """Remove a rule and the roles it gave."""
        session, actor = current_session(), current_actor()
        rule = queries.rule_of_directory(session, actor, directory_id, directory_rule_id)
        remove_rule(session, actor, rule)


def _rule(rule: DirectoryRule, role: str | None) -> dict[str, Any]:
    columns = [name for name in DirectoryRuleSchema().fields if name != "role"]
    return {name: getattr(rule, name) for name in columns} | {"role": role}


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)


def _answer(directory: Directory) -> Response:
    return with_etag(DirectorySchema, directory, directory.version)
