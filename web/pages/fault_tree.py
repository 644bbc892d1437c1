"""The fault tree of a problem: read, folded, judged line by line, and taken along."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from server.desk.problems.actions.judging import VerdictDraft, judge_item
from server.desk.problems.queries.fault_tree import (
    DEEPEST,
    DEPTH,
    FaultTreeAnswer,
    TreeQuestion,
    fault_tree_of,
)
from server.desk.problems.queries.problems import find_problem, may_work_on_problem
from server.desk.problems.rules.verdicts import VERDICTS
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.translation import gettext
from server.items.impacts.hints import CHANGES, ChangeReader
from web.pages.frame import reader, url_for, whole
from web.pages.refusals import carried_out
from web.presenters.fault_drawing import draw
from web.presenters.fault_tree import (
    as_text,
    ending_text,
    evidence_texts,
    gate_sign,
    gate_text,
    hidden_text,
    left_out_text,
    tree_lines,
    verdict_text,
    verdict_tone,
)

#: Depths that are offered.
_DEPTHS = (2, 4, 6, 8, DEEPEST)


def show(reference: str) -> ResponseReturnValue:
    """Show the tree of one of a problem's items."""
    return _page(reference, {})


def judge(reference: str) -> ResponseReturnValue:
    """Suspect an item, rule it out, or confirm it."""
    session, actor, form = current_session(), current_actor(), request.form
    row = find_problem(session, actor, reference)
    item_id = whole(form.get("item_id")) or 0
    draft = VerdictDraft(item_id, form.get("verdict", ""), form.get("note", ""))
    asked = {name: form[name] for name in ("top", "depth", "unfold") if form.get(name)}
    address = url_for("problems.fault_tree", reference=row.reference, **asked)
    return carried_out(
        lambda: judge_item(session, actor, row.id, draft, current_time()),
        lambda errors: _page(row.reference, errors),
        gettext("Saved."),
        f"{address}#event-{item_id}",
    )


def text(reference: str) -> ResponseReturnValue:
    """Return the tree as plain text."""
    found, title = _found(reference)
    return _file(as_text(title, _lines(found)), "text/plain", f"{found.problem.reference}.txt")


def drawing(reference: str) -> ResponseReturnValue:
    """Return the tree as a drawing."""
    found, title = _found(reference)
    return _file(draw(title, _lines(found)), "image/svg+xml", f"{found.problem.reference}.svg")


def _lines(found: FaultTreeAnswer) -> list[Any]:
    return [] if found.event is None else list(tree_lines(found.event, reader()))


def _file(body: str, kind: str, name: str) -> Response:
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="fault-tree-{name}"'
    return answer


def _found(reference: str) -> tuple[FaultTreeAnswer, str]:
    """Return the tree that is asked for, and its title."""
    given = request.values
    depth = whole(given.get("depth")) or DEPTH
    found = fault_tree_of(
        current_session(),
        current_actor(),
        reference,
        TreeQuestion(whole(given.get("top")), depth),
        current_time(),
        cast("ChangeReader", installation().lent[CHANGES]),
    )
    if found.top is None:
        return found, gettext("Fault tree of %(problem)s") % {"problem": found.problem.reference}
    told = {"problem": found.problem.reference, "item": found.top.name}
    return found, gettext("%(problem)s: why %(item)s would be down") % told


def _page(reference: str, errors: Mapping[str, str]) -> str:
    session, actor = current_session(), current_actor()
    found, title = _found(reference)
    asked = {"reference": found.problem.reference, "depth": found.depth}
    if found.top is not None:
        asked["top"] = found.top.id
    return render_template(
        "problems/fault_tree.html",
        found=found,
        title=title,
        asked=asked,
        depths=sorted({*_DEPTHS, found.depth}),
        unfold=bool(request.values.get("unfold")),
        works=may_work_on_problem(session, actor, found.problem.id),
        verdicts=[(one, verdict_text(one, reader())) for one in VERDICTS],
        errors=errors,
        typed=request.form if errors else {},
        hidden=hidden_text(reader()),
        gate_sign=gate_sign,
        verdict_tone=verdict_tone,
        verdict_text=lambda verdict: verdict_text(verdict, reader()),
        gate_text=lambda told: gate_text(told, reader()),
        ending_text=lambda ending: ending_text(ending, reader()),
        left_out_text=lambda count: left_out_text(count, reader()),
        evidence_texts=lambda evidence: evidence_texts(evidence, reader()),
    )
