"""Rules of derivation: listed, tried out, changed; and relations that people said no to."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.engine.derivation import EVIDENCE, DerivationRule, rule_text
from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.deriving import changing
from server.items.deriving.rulebook import StandingRule
from server.items.deriving.trial import Trial, try_rule
from web.pages import relation_verdicts
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.derivation import evidence_name, keep_text, origin_name, rule_label
from web.presenters.rule_faults import rule_fault_text
from web.presenters.values import class_label

derivation = Blueprint("derivation", __name__, url_prefix="/derivation")
derivation.add_url_rule("/rejected", "rejected", relation_verdicts.rejected)
derivation.add_url_rule(
    "/relations/<int:relation_id>/reject", "reject", relation_verdicts.reject, methods=["POST"]
)
derivation.add_url_rule(
    "/relations/<int:relation_id>/correct",
    "correct",
    relation_verdicts.correct,
    methods=["GET", "POST"],
)
derivation.add_url_rule(
    "/rejected/<int:verdict_id>/take-back",
    "take_back",
    relation_verdicts.take_back,
    methods=["POST"],
)

_NEW = """[name_of_the_rule]
label = { en = "What a person reads" }
evidence = "connections"
options = { server_processes = ["slapd"] }
type = "authenticates_via"
starts = ["computer"]
ends = ["computer"]
weight = 0.5
confidence = 0.7
fades_after_days = 14
"""


@derivation.route("")
def index() -> ResponseReturnValue:
    """List the rules, whose they are, and whether they work."""
    rules = changing.list_rules(current_session(), current_actor())
    return render_template("derivation/index.html", rules=rules, **_words())


def _words() -> dict[str, Any]:
    model = standing_model()

    def label(standing: StandingRule) -> str:
        return rule_label(standing.rule.labels, standing.code, reader())

    def verb(code: str) -> str:
        return model.label(model.relation_type(code), reader().language)

    return {
        "label": label,
        "evidence_name": lambda code: evidence_name(code, reader()),
        "origin_name": lambda code: origin_name(code, reader()),
        "class_name": lambda code: class_label(model, code, reader().language),
        "verb": verb,
        "keep_text": lambda keep: keep_text(keep, reader()),
        "kinds": [(one.code, evidence_name(one.code, reader()), one) for one in EVIDENCE.values()],
    }


@derivation.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write a rule of one's own: try it as often as it takes, then save it."""
    changing.list_rules(current_session(), current_actor())
    return _edit(None)


@derivation.route("/rules/<string:code>", methods=["GET", "POST"])
def rule(code: str) -> ResponseReturnValue:
    """Show a rule as text, and what it would do; change it, a shipped one too."""
    return _edit(changing.get_rule(current_session(), current_actor(), code))


def _edit(standing: StandingRule | None) -> ResponseReturnValue:
    text = request.form.get("text", "").replace("\r\n", "\n")
    errors: dict[str, str] = {}
    trial: Trial | None = None
    status = 200
    if request.method == "POST":
        try:
            wanted = _read(text, standing)
            if request.form.get("act") != "try":
                return _save(wanted, standing)
            trial = try_rule(current_session(), current_actor(), wanted, current_time())
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            errors = {name: rule_fault_text(why, reader()) for name, why in errors.items()}
    page = render_template(
        "derivation/rule.html",
        standing=standing,
        text=text or (_NEW if standing is None else rule_text(standing.rule)),
        errors=errors,
        trial=trial,
        **_words(),
    )
    return page, status


def _read(text: str, standing: StandingRule | None) -> DerivationRule:
    """Return the rule that was written, under the code it has."""
    wanted = changing.read_one(text)
    if standing is not None and wanted.code != standing.code:
        changing.refuse_other_code(standing.code)
    return wanted


def _save(wanted: DerivationRule, standing: StandingRule | None) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), current_time()
    if standing is None:
        changing.add_rule(session, actor, wanted, now)
    else:
        changing.change_rule(session, actor, wanted, now)
    told = gettext("The rule is saved. Its relations follow in the background.")
    return done(told, url_for("derivation.index"))


@derivation.route("/rules/<string:code>/switch", methods=["POST"])
def switch(code: str) -> ResponseReturnValue:
    """Switch a rule on or off."""
    session, actor = current_session(), current_actor()
    on = request.form.get("on") == "1"
    changing.switch_rule(session, actor, code, on=on, now=current_time())
    told = (
        gettext("The rule is on. Its relations follow in the background.")
        if on
        else gettext("The rule is off. Its relations are taken away in the background.")
    )
    return done(told, url_for("derivation.index"))


@derivation.route("/rules/<string:code>/withdraw", methods=["POST"])
def withdraw(code: str) -> ResponseReturnValue:
    """Delete a rule of one's own, or make a shipped one what it was."""
    changing.withdraw_rule(current_session(), current_actor(), code)
    return done(gettext("The rule is withdrawn."), url_for("derivation.index"))


@derivation.route("/run", methods=["POST"])
def run() -> ResponseReturnValue:
    """Carry out all rules now, in the background."""
    changing.run_rules(current_session(), current_actor())
    told = gettext("All rules are being carried out in the background.")
    return done(told, url_for("derivation.index"))
