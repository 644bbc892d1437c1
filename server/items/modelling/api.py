"""REST over the class model."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.model import standing_model
from cmdb.model.definition_text import read_model_document
from cmdb.model.entries import ATTRIBUTE, CLASS, IDENTITY, RELATION, SUGGESTION
from server.foundation.edge.document import CHECKS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.modelling import changing
from server.items.modelling.schemas import (
    AttributeDefinitionSchema,
    ClassDefinitionSchema,
    IdentityRuleSchema,
    ModelDocumentSchema,
    ModelPlanSchema,
    ModelSchema,
    NewAttributeSchema,
    NewClassSchema,
    NewRelationSchema,
    NewSuggestionSchema,
    RelationDefinitionSchema,
    model_in_force,
    plan_document,
)

modelling = Blueprint(
    "modelling", __name__, url_prefix=PREFIX, description="Classes, attributes, relationship types."
)


def _add(kind: str, body: dict[str, Any], *parts: str) -> dict[str, Any]:
    code = ".".join(body.pop(part) for part in parts)
    session, actor = current_session(), current_actor()
    return plan_document(changing.add_entry(session, actor, kind, code, body, current_time()))


def _put(kind: str, code: str, body: dict[str, Any]) -> dict[str, Any]:
    session, actor = current_session(), current_actor()
    return plan_document(changing.change_entry(session, actor, kind, code, body, current_time()))


def _remove(kind: str, code: str) -> None:
    changing.remove_entry(current_session(), current_actor(), kind, code, current_time())


@modelling.route("/model")
class WholeModel(MethodView):
    """The class model."""

    @modelling.response(200, ModelSchema)
    def get(self) -> Any:
        """Return the model in force, and what people defined of it."""
        own = changing.own_definitions(current_session(), current_actor())
        return model_in_force(standing_model(), own.entries, own.version or 0)

    @modelling.arguments(ModelDocumentSchema)
    @modelling.response(200, ModelPlanSchema)
    @modelling.doc(responses=CHECKS_VERSION["responses"])
    def put(self, body: dict[str, Any]) -> Any:
        """Let this be all that people define; what it leaves out is taken back."""
        session, actor = current_session(), current_actor()
        wanted = read_model_document(body)
        done = changing.apply_model(session, actor, wanted.entries, current_time(), wanted.version)
        return plan_document(done)


@modelling.route("/model-plans")
class Plans(MethodView):
    """Dry runs."""

    @modelling.arguments(ModelDocumentSchema)
    @modelling.response(200, ModelPlanSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Tell what a document would change, and what would be refused. Changes nothing."""
        wanted = read_model_document(body)
        return plan_document(
            changing.plan_model(current_session(), current_actor(), wanted.entries)
        )


@modelling.route("/model/classes")
class Classes(MethodView):
    """Definitions of one's own."""

    @modelling.arguments(NewClassSchema)
    @modelling.response(201, ModelPlanSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Define a class."""
        return _add(CLASS, body, "code")


@modelling.route("/model/classes/<string:class_code>")
class OneClass(MethodView):
    """One class."""

    @modelling.arguments(ClassDefinitionSchema)
    @modelling.response(200, ModelPlanSchema)
    def put(self, body: dict[str, Any], class_code: str) -> Any:
        """Change a class; of a shipped one, its names and icon."""
        return _put(CLASS, class_code, body)

    @modelling.response(204)
    def delete(self, class_code: str) -> None:
        """Take a class of one's own back; refused while items are of it."""
        _remove(CLASS, class_code)


@modelling.route("/model/attributes")
class Attributes(MethodView):
    """Definitions of one's own."""

    @modelling.arguments(NewAttributeSchema)
    @modelling.response(201, ModelPlanSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Define an attribute of a class, a shipped one too."""
        return _add(ATTRIBUTE, body, "class_code", "code")


@modelling.route("/model/attributes/<string:class_code>/<string:attribute_code>")
class OneAttribute(MethodView):
    """One attribute of a class."""

    @modelling.arguments(AttributeDefinitionSchema)
    @modelling.response(200, ModelPlanSchema)
    def put(self, body: dict[str, Any], class_code: str, attribute_code: str) -> Any:
        """Change an attribute; of a shipped one its names, choices, bounds and demands."""
        return _put(ATTRIBUTE, f"{class_code}.{attribute_code}", body)

    @modelling.response(204)
    def delete(self, class_code: str, attribute_code: str) -> None:
        """Take an attribute of one's own back; refused while items have a value of it."""
        _remove(ATTRIBUTE, f"{class_code}.{attribute_code}")


@modelling.route("/model/relation-types")
class RelationTypes(MethodView):
    """Definitions of one's own."""

    @modelling.arguments(NewRelationSchema)
    @modelling.response(201, ModelPlanSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Define a relationship type."""
        return _add(RELATION, body, "code")


@modelling.route("/model/relation-types/<string:relation_code>")
class OneRelationType(MethodView):
    """One relationship type."""

    @modelling.arguments(RelationDefinitionSchema)
    @modelling.response(200, ModelPlanSchema)
    def put(self, body: dict[str, Any], relation_code: str) -> Any:
        """Change a relationship type; of a shipped one its names and weight."""
        return _put(RELATION, relation_code, body)

    @modelling.response(204)
    def delete(self, relation_code: str) -> None:
        """Take a relationship type of one's own back; refused while relations are of it."""
        _remove(RELATION, relation_code)


@modelling.route("/model/suggestions")
class Suggestions(MethodView):
    """Relationship types worth offering between two classes."""

    @modelling.arguments(NewSuggestionSchema)
    @modelling.response(201, ModelPlanSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Suggest a relationship type between two classes and what stands below them."""
        return _add(SUGGESTION, body, "start", "relation", "end")


@modelling.route("/model/suggestions/<string:start_code>/<string:relation_code>/<string:end_code>")
class OneSuggestion(MethodView):
    """One suggestion."""

    @modelling.response(204)
    def delete(self, start_code: str, relation_code: str, end_code: str) -> None:
        """Suggest it no more."""
        _remove(SUGGESTION, f"{start_code}.{relation_code}.{end_code}")


@modelling.route("/model/identity/<string:class_code>/<string:evidence_code>")
class OneIdentityRule(MethodView):
    """What one kind of evidence says of items of a class."""

    @modelling.arguments(IdentityRuleSchema)
    @modelling.response(200, ModelPlanSchema)
    def put(self, body: dict[str, Any], class_code: str, evidence_code: str) -> Any:
        """Say what the evidence is worth for this class and those below; it holds at once."""
        session, actor = current_session(), current_actor()
        named = (class_code, evidence_code)
        return plan_document(changing.set_identity(session, actor, named, body, current_time()))

    @modelling.response(204)
    def delete(self, class_code: str, evidence_code: str) -> None:
        """Take the rule back; a shipped one holds as it was shipped."""
        _remove(IDENTITY, f"{class_code}.{evidence_code}")
