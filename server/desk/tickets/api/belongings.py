"""REST over what belongs to a ticket: links, files, tasks, time, what it was worth."""

from io import BytesIO
from typing import Any

from flask import current_app
from flask.views import MethodView

from cmdb.errors import InvalidValue
from server.desk.tickets.actions import attaching, linking, tasking
from server.desk.tickets.actions.reaching import CheckDraft, ask_check
from server.desk.tickets.actions.reporting import ask_report
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.api.tickets import answer_ticket
from server.desk.tickets.queries import belongings
from server.desk.tickets.schemas.belongings import (
    TicketAttachmentSchema,
    TicketCheckDraftSchema,
    TicketCheckSchema,
    TicketLinkDraftSchema,
    TicketLinkSchema,
    TicketMergeSchema,
    TicketRatingSchema,
    TicketReportDraftSchema,
    TicketReportSchema,
    TicketTaskDraftSchema,
    TicketTaskSchema,
    TicketTickSchema,
    TicketTimeDraftSchema,
    TicketTimeSchema,
    TicketUploadSchema,
    link_row,
)
from server.desk.tickets.schemas.tickets import TicketSchema
from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.files import OPAQUE, file_answer
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.storage import Storage, attachments_at

_ONE = "/tickets/<string:reference>"


def storage() -> Storage:
    """Return where this installation keeps attached files."""
    return attachments_at(installation(current_app).settings.home)


@tickets.route(f"{_ONE}/checks")
class Checks(MethodView):
    """Whether an affected item is there."""

    @tickets.arguments(TicketCheckDraftSchema)
    @tickets.response(202, TicketCheckSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Ask for a ping, a TCP connection, the route, the name or, over SNMP, how it stands.

        The answer becomes a note. Only an address that the item is known by is asked, over SNMP
        with the credentials that discovery keeps for it.
        """
        draft = CheckDraft(**body)
        return ask_check(current_session(), current_actor(), reference, draft, current_time())


@tickets.route(f"{_ONE}/wanted-reports")
class WantedReports(MethodView):
    """What the agent of an affected item knows, now."""

    @tickets.arguments(TicketReportDraftSchema)
    @tickets.response(202, TicketReportSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Ask the agent to send everything at its next word; both become notes."""
        session, actor, now = current_session(), current_actor(), current_time()
        return ask_report(session, actor, reference, body["item_id"], now)


@tickets.route(f"{_ONE}/links")
class Links(MethodView):
    """What a ticket is to others."""

    @tickets.response(200, TicketLinkSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the linked tickets that are in sight."""
        found = belongings.links_of(current_session(), current_actor(), reference)
        return [link_row(one) for one in found]

    @tickets.arguments(TicketLinkDraftSchema)
    @tickets.response(201, TicketSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Say what a ticket is to another; a ticket has one parent at most."""
        ticket = linking.link_ticket(
            current_session(), current_actor(), reference, **body, now=current_time()
        )
        return answer_ticket(ticket, 201)


@tickets.route(f"{_ONE}/links/<string:kind>/<string:other>")
class OneLink(MethodView):
    """One link of a ticket."""

    @tickets.response(200, TicketSchema)
    def delete(self, reference: str, kind: str, other: str) -> Any:
        """Take a link back."""
        ticket = linking.unlink_ticket(
            current_session(), current_actor(), reference, kind, other, current_time()
        )
        return answer_ticket(ticket)


@tickets.route(f"{_ONE}/merge")
class Merging(MethodView):
    """Two tickets about the same."""

    @tickets.arguments(TicketMergeSchema)
    @tickets.response(200, TicketSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Let a ticket go into another one, which is answered."""
        ticket = linking.merge_ticket(
            current_session(), current_actor(), reference, body["into"], current_time()
        )
        return answer_ticket(ticket)


@tickets.route(f"{_ONE}/attachments")
class Attachments(MethodView):
    """The files on a ticket."""

    @tickets.response(200, TicketAttachmentSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the files; internal ones for those who work on the ticket."""
        found = belongings.attachments_of(current_session(), current_actor(), reference)
        return [one.row for one in found]

    @tickets.arguments(TicketUploadSchema)
    @tickets.response(201, TicketAttachmentSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Attach a file."""
        most = installation(current_app).settings.max_attachment_megabytes * 2**20
        upload = attaching.Upload(body["file_name"], BytesIO(body["content"]), most, body["kind"])
        return attaching.attach_file(
            current_session(), current_actor(), reference, storage(), upload, current_time()
        )


@tickets.route(f"{_ONE}/attachments/<int:attachment_id>")
class OneAttachment(MethodView):
    """One file on a ticket."""

    @tickets.response(200, {"type": "string", "format": "binary"}, content_type=OPAQUE)
    def get(self, reference: str, attachment_id: int) -> Any:
        """Return the file as it was sent."""
        session, actor = current_session(), current_actor()
        row = belongings.find_attachment(session, actor, reference, attachment_id)
        return file_answer(storage(), row.stored_name, row.file_name)

    @tickets.response(204)
    def delete(self, reference: str, attachment_id: int) -> None:
        """Take a file off a ticket."""
        attaching.remove_attachment(
            current_session(), current_actor(), reference, attachment_id, current_time()
        )


@tickets.route(f"{_ONE}/tasks")
class Tasks(MethodView):
    """The steps of the work on a ticket."""

    @tickets.response(200, TicketTaskSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the steps in their order."""
        found = belongings.tasks_of(current_session(), current_actor(), reference)
        return [one.row for one in found]

    @tickets.arguments(TicketTaskDraftSchema)
    @tickets.response(201, TicketTaskSchema(many=True))
    @tickets.doc(**LOOKS_UP)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Add one step, or those of a template as a checklist."""
        session, actor, now = current_session(), current_actor(), current_time()
        template = body.pop("template")
        if template and body["title"]:
            raise InvalidValue({"template": "give a title or a template, not both"})
        if template:
            return tasking.add_checklist(session, actor, reference, template, now)
        return [tasking.add_task(session, actor, reference, tasking.TaskDraft(**body), now)]


@tickets.route(f"{_ONE}/tasks/<int:task_id>")
class OneTask(MethodView):
    """One step."""

    @tickets.arguments(TicketTickSchema)
    @tickets.response(200, TicketTaskSchema)
    def patch(self, body: dict[str, Any], reference: str, task_id: int) -> Any:
        """Say that it is done, or is not; who and when is recorded."""
        return tasking.tick_task(
            current_session(),
            current_actor(),
            reference,
            task_id,
            current_time(),
            done=body["done"],
        )

    @tickets.response(204)
    def delete(self, reference: str, task_id: int) -> None:
        """Take away a step that is not done."""
        tasking.remove_task(current_session(), current_actor(), reference, task_id)


@tickets.route(f"{_ONE}/times")
class Times(MethodView):
    """The time a ticket took."""

    @tickets.response(200, TicketTimeSchema(many=True))
    def get(self, reference: str) -> Any:
        """List what was booked, the newest first; for those who work on the ticket."""
        found = belongings.times_of(current_session(), current_actor(), reference)
        return [one.row for one in found]

    @tickets.arguments(TicketTimeDraftSchema)
    @tickets.response(201, TicketTimeSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Book time that one worked."""
        draft = tasking.TimeDraft(**body)
        return tasking.book_time(
            current_session(), current_actor(), reference, draft, current_time()
        )


@tickets.route(f"{_ONE}/times/<int:time_id>")
class OneTime(MethodView):
    """One booking."""

    @tickets.response(204)
    def delete(self, reference: str, time_id: int) -> None:
        """Take back what one booked oneself."""
        tasking.remove_time(current_session(), current_actor(), reference, time_id)


@tickets.route(f"{_ONE}/rating")
class Rating(MethodView):
    """What the requester thought of it."""

    @tickets.arguments(TicketRatingSchema)
    @tickets.response(200, TicketSchema)
    def put(self, body: dict[str, Any], reference: str) -> Any:
        """Rate how one's own ticket was handled, once it is no longer open."""
        ticket = tasking.rate_ticket(
            current_session(),
            current_actor(),
            reference,
            body["rating"],
            body["text"],
            current_time(),
        )
        return answer_ticket(ticket)
