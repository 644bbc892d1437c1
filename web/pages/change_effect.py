"""What a change would do, prepared for the right half of its page and of its form."""

from typing import Any

from sqlalchemy.orm import Session

from cmdb.model import standing_model
from server.desk.changes.queries import ChangePreview, Plan
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of
from web.pages.frame import reader
from web.pages.item_tabs import reason_of
from web.pages.wording import change_wording
from web.presenters.changes import demand_text, lost_text, risk_text, risk_tone, why_text
from web.presenters.clocks import measure_text
from web.presenters.impact import path_map
from web.presenters.values import class_label
from web.presenters.windows import window_text

#: Nodes beyond which the map beside a form says less than the list.
_DRAWN = 80


def _map(found: ChangePreview) -> Any:
    """Return the ways by which the worst services are reached; None for nothing to draw."""
    graph = path_map(found.impact.services, standing_model(), reader())
    drawn = graph.edges and len(graph.nodes) <= _DRAWN
    return graph.as_json(reader()) if drawn else None


def effect(session: Session, actor: Actor, found: ChangePreview, plan: Plan) -> dict[str, Any]:
    """Return what changes/effect.html shows; counts only for those who may count what is hidden."""
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    mentioned = {
        claim.item_id for one in found.approvers for claim in one.why if claim.item_id is not None
    }
    names = names_of(session, actor, sorted(mentioned)) if mentioned else {}
    return {
        "preview": found,
        "plan": plan,
        "people_reached": found.people if may_count else None,
        "risk_tone": risk_tone,
        "risk_lines": [
            (risk_text(one.code, one.value if may_count else None, reader()), one.points)
            for one in found.risk_points
        ],
        "window": lambda change: window_text(change, reader()),
        "asked": [
            (
                one.person.display_name if one.person else one.group.name if one.group else "?",
                [why_text(claim.as_json(), names, reader()) for claim in one.why],
            )
            for one in found.approvers
        ],
        "demands": [demand_text(one.as_json(), reader()) for one in found.demands],
        "lost_text": lambda one: lost_text(one.remaining, one.required, reader()),
        "measure_name": lambda code: measure_text(code, reader()),
        "effect_map": _map(found),
        "impact_reason": reason_of,
        "class_name": lambda code: class_label(standing_model(), code, reader().language),
        "change_words": change_wording(),
    }
