"""Members of a service as a form holds them: what is ticked, how it is needed, what was offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from werkzeug.datastructures import MultiDict

from cmdb.engine.membership import How
from cmdb.model import standing_model
from server.items.deriving.explaining import Explanation
from server.items.services.membership import MemberDraft
from server.items.services.proposals import Proposal
from web.pages.frame import reader, whole
from web.presenters.derivation import lasting_text, need_names, rule_label, seen_lines
from web.presenters.values import class_label

_NEEDS = ("hard", "soft", "group")


@dataclass(frozen=True)
class Choice:
    """One item with a box: ticked or not, and how the service needs it.

    ``group`` and ``threshold`` go with the need "group"; ``of`` is how many the group has.
    """

    item: Any
    ticked: bool
    need: str
    group: str = ""
    threshold: float = 1.0
    of: int = 0
    proposal: Proposal | None = None

    @property
    def needs(self) -> list[tuple[str, str]]:
        """Return the ways to need it, for a choice."""
        names = need_names(reader())
        if not self.group:
            del names["group"]
        elif self.of:
            some = reader().gettext("%(least)s of %(of)s are enough: %(group)s")
            told = {"least": f"{self.threshold:g}", "of": self.of, "group": self.group}
            names["group"] = some % told
        return list(names.items())


def choice_of(proposal: Proposal, form: MultiDict[str, str] | None) -> Choice:
    """Return the box of a proposal: as the person left it, or unticked."""
    item = proposal.item
    ticked = proposal.stand == "entry" if form is None else str(item.id) in form.getlist("member")
    need = proposal.need if form is None else form.get(f"need-{item.id}", proposal.need)
    group = proposal.group
    if group is None:
        return Choice(item, ticked, need, proposal=proposal)
    return Choice(item, ticked, need, group.name, group.threshold, group.members, proposal)


def chosen(form: MultiDict[str, str]) -> list[MemberDraft]:
    """Return the members that are ticked."""
    ids = [number for value in form.getlist("member") if (number := whole(value)) is not None]
    return [_draft(form, item_id) for item_id in dict.fromkeys(ids)]


def _draft(form: Mapping[str, str], item_id: int) -> MemberDraft:
    need = form.get(f"need-{item_id}", "hard")
    threshold = form.get(f"threshold-{item_id}", "1")
    return MemberDraft(
        item_id,
        cast(How, need if need in _NEEDS else "hard"),
        form.get(f"group-{item_id}", ""),
        float(threshold) if threshold.replace(".", "", 1).isdigit() else 1.0,
    )


def left_out(form: MultiDict[str, str], members: Sequence[MemberDraft]) -> list[int]:
    """Return what was offered and is not ticked."""
    ticked = {member.item_id for member in members}
    offered = (whole(value) for value in form.getlist("offered"))
    return [item_id for item_id in offered if item_id is not None and item_id not in ticked]


def wording() -> dict[str, Any]:
    """Return what templates need to tell of members."""
    language = reader().language
    model = standing_model()

    def rule_name(found: Explanation) -> str:
        return rule_label(found.rule.rule.labels, found.rule_code, reader()) if found.rule else ""

    return {
        "class_name": lambda code: class_label(model, code, language),
        "seen_lines": lambda found: seen_lines(found, reader()),
        "lasting": lambda found: lasting_text(found, reader()),
        "rule_name": rule_name,
        "verb": lambda found: model.label(model.relation_type(found.relation.type_code), language),
    }


def by_layer(choices: Sequence[Choice]) -> list[tuple[int, list[Choice]]]:
    """Return the choices by how far down they were found, nearest first."""
    layers: dict[int, list[Choice]] = {}
    for one in choices:
        layers.setdefault(one.proposal.layer if one.proposal else 0, []).append(one)
    return sorted(layers.items())
