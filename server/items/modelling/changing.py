"""Changing the class model at run time. It is one for the whole register: a right everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, NotFound, StaleVersion
from cmdb.model import FIRST_RUNTIME_ID, Model, shipped_model, standing_model
from cmdb.model.changes import ModelStep, plan_entries
from cmdb.model.defining import is_shipped, model_with
from cmdb.model.definition_text import ModelFile
from cmdb.model.entries import ATTRIBUTE, IDENTITY, KINDS, SUGGESTION, Entries
from cmdb.records.definitions import (
    ModelEntry,
    ModelVersion,
    model_version,
    stored_entries,
    stored_numbers,
)
from cmdb.vocabulary import EVIDENCE, KEY
from server.foundation import audit
from server.foundation.exclusive import hold_exclusively
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.foundation.standing import model_changed
from server.items.modelling.usage import weighed
from server.people.actions.rights import require_everywhere

#: The kind of job that gives items the keys of their class, as in ``server.wiring.JOBS``.
REKEY = "identity.keys"


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """What would happen. ``version`` is the model it was made for."""

    version: int
    steps: Sequence[ModelStep]

    @property
    def refused(self) -> list[ModelStep]:
        """Return the steps that cannot be taken."""
        return [step for step in self.steps if step.refusal]


def own_definitions(session: Session, actor: Actor) -> ModelFile:
    """Return what people defined, and the version of the model in force."""
    actor.require(Permission.ITEM_READ)
    return ModelFile(stored_entries(session), model_version(session))


def plan_model(session: Session, actor: Actor, wanted: Entries) -> ModelPlan:
    """Return what would happen if ``wanted`` were all that people define. Writes nothing.

    Raises ``InvalidModel`` naming every definition that is wrong.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    _checked(session, wanted)
    return _planned(session, wanted)


def _checked(session: Session, wanted: Entries) -> Model:
    return model_with(shipped_model(), wanted, stored_numbers(session))


def _planned(session: Session, wanted: Entries) -> ModelPlan:
    steps = plan_entries(stored_entries(session), wanted)
    model = standing_model()
    return ModelPlan(model_version(session), [weighed(session, model, step) for step in steps])


def apply_model(
    session: Session,
    actor: Actor,
    wanted: Entries,
    now: datetime,
    based_on: int | None = None,
) -> ModelPlan:
    """Let ``wanted`` be all that people define, and return what was done.

    Raises ``InvalidModel``; ``StaleVersion`` when the model has moved on since version
    ``based_on``; ``Conflict`` when a step is refused, and then nothing is done.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    hold_exclusively(session, "model")
    version = model_version(session)
    if based_on is not None and based_on != version:
        raise StaleVersion(f"the model is version {version} by now, not {based_on}")
    _checked(session, wanted)
    plan = _planned(session, wanted)
    if plan.refused:
        raise Conflict("; ".join(f"{step.name}: {step.refusal}" for step in plan.refused))
    if plan.steps:
        _write(session, actor, plan.steps, wanted, now)
    return plan


def _write(
    session: Session, actor: Actor, steps: Sequence[ModelStep], wanted: Entries, now: datetime
) -> None:
    last = session.scalar(select(func.max(ModelVersion.last_number))) or FIRST_RUNTIME_ID - 1
    for step in steps:
        key = (step.kind, step.code)
        if step.act == "remove":
            session.execute(
                delete(ModelEntry).where(ModelEntry.kind == step.kind, ModelEntry.code == step.code)
            )
            continue
        row = session.get(ModelEntry, key)
        if row is None:
            row = ModelEntry(kind=step.kind, code=step.code)
            if step.kind == ATTRIBUTE and not is_shipped(shipped_model(), *key):
                last = row.number = last + 1
            session.add(row)
        row.document, row.updated_at, row.updated_by_id = dict(wanted[key]), now, actor.person_id
    kept = [[kind, code, dict(document)] for (kind, code), document in sorted(wanted.items())]
    session.add(ModelVersion(at=now, person_id=actor.person_id, last_number=last, entries=kept))
    session.flush()
    told = {"steps": [f"{step.act} {step.name}" for step in steps][:200]}
    audit.record(session, actor, "model.changed", "model:register", told)
    model_changed(session)
    for code in sorted({s.code.partition(".")[0] for s in steps if _moves_keys(s)}):
        enqueue(session, REKEY, {"class": code}, key=f"rekey:{code}")


def _moves_keys(step: ModelStep) -> bool:
    """Say whether items of a class have other keys than before."""
    return step.kind == IDENTITY and step.code.endswith(f".{KEY}")


def add_entry(
    session: Session,
    actor: Actor,
    kind: str,
    code: str,
    document: Mapping[str, Any],
    now: datetime,
) -> ModelPlan:
    """Define one thing. Raises ``DuplicateName``, and what ``apply_model`` raises."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    if is_defined(kind, code):
        raise DuplicateName(kind, "code", code)
    return _put(session, actor, (kind, code), document, now)


def change_entry(
    session: Session,
    actor: Actor,
    kind: str,
    code: str,
    document: Mapping[str, Any],
    now: datetime,
) -> ModelPlan:
    """Change one definition, a shipped one too: ``document`` is all that is said of it.

    Raises ``NotFound``, and what ``apply_model`` raises.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    if not is_defined(kind, code):
        raise NotFound(kind, code)
    return _put(session, actor, (kind, code), document, now)


def set_identity(
    session: Session,
    actor: Actor,
    evidence_of_class: tuple[str, str],
    document: Mapping[str, Any],
    now: datetime,
) -> ModelPlan:
    """Say what a kind of evidence is worth for a class.

    Raises ``NotFound`` where there is no such class or evidence, and what ``apply_model`` raises.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    class_code, evidence = evidence_of_class
    code = f"{class_code}.{evidence}"
    if standing_model().find_class(class_code) is None or evidence not in EVIDENCE:
        raise NotFound(IDENTITY, code)
    return _put(session, actor, (IDENTITY, code), document, now)


def is_defined(kind: str, code: str) -> bool:
    """Say whether the model in force has a definition of that code."""
    return is_shipped(standing_model(), kind, code)


def _put(
    session: Session,
    actor: Actor,
    key: tuple[str, str],
    document: Mapping[str, Any],
    now: datetime,
) -> ModelPlan:
    entries: dict[tuple[str, str], Mapping[str, Any]] = {**stored_entries(session)}
    entries[key] = dict(document)
    if not document and key[0] != SUGGESTION:
        # Nothing said of a shipped definition leaves it as it was shipped.
        entries.pop(key, None)
    return apply_model(session, actor, entries, now)


def plan_removal(session: Session, actor: Actor, kind: str, code: str) -> ModelStep:
    """Return what taking one definition back would do. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    require_own(session, kind, code)
    return weighed(session, standing_model(), ModelStep("remove", kind, code))


def remove_entry(session: Session, actor: Actor, kind: str, code: str, now: datetime) -> ModelPlan:
    """Take one definition back; of a shipped one, what was made of it.

    Raises ``NotFound``, ``InvalidModel`` when others still name it, ``Conflict`` while something
    of it is stored.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    require_own(session, kind, code)
    entries = stored_entries(session)
    del entries[kind, code]
    return apply_model(session, actor, entries, now)


def require_own(session: Session, kind: str, code: str) -> Mapping[str, Any]:
    """Return one own definition. Raises ``NotFound``."""
    row = session.get(ModelEntry, (kind, code)) if kind in KINDS else None
    if row is None:
        raise NotFound(f"{kind} of one's own", code)
    return row.document
