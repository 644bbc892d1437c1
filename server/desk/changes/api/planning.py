"""REST over what belongs to a plan: tasks, planned differences, templates, questions."""

from typing import Any

from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.rules.questionnaire import shipped_questions
from server.desk.changes.schemas import (
    ChangeTaskMarkSchema,
    ChangeTaskSchema,
    ChangeTemplateDraftSchema,
    ChangeTemplateSchema,
    HandOverSchema,
    LineAuthoritySchema,
    PlannedDifferenceSchema,
    RiskQuestionSchema,
    authority_rows,
    question_rows,
    template_draft,
)
from server.foundation.edge.requests import current_actor, current_session, current_time


@changes.route("/changes/<string:reference>/tasks")
class ChangeTasks(MethodView):
    """The steps of a change."""

    @changes.response(200, ChangeTaskSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the tasks in their order; PATCH the change to replace them."""
        session = current_session()
        change = queries.find_change(session, current_actor(), reference)
        return queries.tasks_on(session, change.id)


@changes.route("/changes/<string:reference>/tasks/<int:change_task_id>")
class ChangeTaskMark(MethodView):
    """One step of a change."""

    @changes.arguments(ChangeTaskMarkSchema)
    @changes.response(200, ChangeTaskSchema)
    def patch(self, body: dict[str, Any], reference: str, change_task_id: int) -> Any:
        """Say that a task is done, in its order, once the change is scheduled."""
        return actions.mark_task(
            current_session(),
            current_actor(),
            reference,
            change_task_id,
            done=body["done"],
            now=current_time(),
        )


@changes.route("/changes/<string:reference>/differences")
class ChangeDifferences(MethodView):
    """What a change will make of the register."""

    @changes.response(200, PlannedDifferenceSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the planned differences in sight; PATCH the change to replace them."""
        return queries.differences_in_sight(current_session(), current_actor(), reference)


@changes.route("/changes/<string:reference>/applications")
class ChangeApplications(MethodView):
    """Bringing the register to what was planned."""

    @changes.response(200, LineAuthoritySchema(many=True))
    def get(self, reference: str) -> Any:
        """Tell for each planned difference in sight what lets you write it, or what lacks."""
        return authority_rows(queries.authority_of(current_session(), current_actor(), reference))

    @changes.response(200)
    def post(self, reference: str) -> Any:
        """Write all planned differences into the register, or none of them."""
        session, actor = current_session(), current_actor()
        return answer(actions.apply_differences(session, actor, reference, current_time()))


@changes.route("/changes/<string:reference>/applications/handover")
class ChangeApplicationHandover(MethodView):
    """Letting somebody else write what was planned."""

    @changes.arguments(HandOverSchema)
    @changes.response(200)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Make it the task of a person who may change the items by hand; they are told."""
        session, actor = current_session(), current_actor()
        person_id = body["person_id"]
        return answer(
            actions.hand_over_application(session, actor, reference, person_id, current_time())
        )


@changes.route("/change-questions")
class ChangeQuestions(MethodView):
    """The questionnaire of risk."""

    @changes.response(200, RiskQuestionSchema(many=True))
    def get(self) -> Any:
        """List the questions and what each answer adds."""
        current_actor()
        return question_rows(shipped_questions())


@changes.route("/change-templates")
class ChangeTemplates(MethodView):
    """Plans that are approved once for all."""

    @changes.response(200, ChangeTemplateSchema(many=True))
    def get(self) -> Any:
        """List the templates in sight by name."""
        return queries.list_templates(current_session(), current_actor())

    @changes.arguments(ChangeTemplateDraftSchema)
    @changes.response(201, ChangeTemplateSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a template; somebody else must approve it before it counts."""
        session, actor = current_session(), current_actor()
        return actions.create_template(session, actor, template_draft(body), current_time())


@changes.route("/change-templates/<int:change_template_id>/approval")
class ChangeTemplateApproval(MethodView):
    """Approving a template."""

    @changes.response(200, ChangeTemplateSchema)
    def post(self, change_template_id: int) -> Any:
        """Approve every change to come that follows it; its author may not."""
        session, actor = current_session(), current_actor()
        return actions.approve_template(session, actor, change_template_id, current_time())


@changes.route("/change-templates/<int:change_template_id>")
class ChangeTemplateEnd(MethodView):
    """One template."""

    @changes.response(204)
    def delete(self, change_template_id: int) -> None:
        """Retire it: nothing new is scheduled by it; what was stays."""
        actions.retire_template(current_session(), current_actor(), change_template_id)
