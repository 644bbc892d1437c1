"""How right the register is: figures, the rows behind them, and the measurement itself."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.health import queries
from server.items.health.jobs import MEASURE_HEALTH
from server.items.health.queries import Figures, HealthFilter
from server.items.queries import get_item
from server.people.actions.rights import require_everywhere
from server.people.queries.groups import names_of_groups
from server.people.queries.people import names_of_people
from web.pages import attestations
from web.pages.choices import class_choices, organisation_names
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_choice, asked_page, asked_words, paging_of
from web.presenters.health import measure_name, share_heads, share_text, share_views, tone_of
from web.presenters.items import source_label
from web.presenters.lists import Tab

health = Blueprint("register_health", __name__, url_prefix="/health")
health.add_url_rule("/campaigns", "campaigns", attestations.campaigns, methods=["GET", "POST"])
health.add_url_rule("/campaigns/<int:campaign_id>", "campaign", attestations.campaign)
health.add_url_rule(
    "/campaigns/<int:campaign_id>/close", "close", attestations.close, methods=["POST"]
)
health.add_url_rule("/asked", "asked", attestations.asked)
health.add_url_rule("/asked/<int:attestation_id>", "answer", attestations.answer, methods=["POST"])

_BREAKDOWNS = ("organisation", "owner")


def _asked_filter() -> HealthFilter:
    given = request.args
    return HealthFilter(
        given.get("class", ""), whole(given.get("organisation")), asked_words("owner", 40)
    )


@health.route("")
def show() -> ResponseReturnValue:
    """Show the figures of the last measurement: all together, then line by line."""
    session, actor = current_session(), current_actor()
    asked, by = _asked_filter(), asked_choice("by", _BREAKDOWNS) or "class"
    found = queries.runs(session, actor)
    run = found[0] if found else None
    lines = queries.figures(session, actor, run, by, asked) if run else []
    everything = queries.figures(session, actor, run, "all", asked) if run else []
    return render_template(
        "health/index.html",
        run=run,
        by=by,
        tabs=_tabs(),
        everything=everything[0] if everything else None,
        views=lambda line: share_views(line.shares, reader()),
        heads=share_heads(reader()),
        lines=_named(lines, by),
        sources=queries.sources(session, actor, run, asked) if run else [],
        source_name=lambda source: source_label(source, reader()),
        share=lambda part, of: share_text(part / of, reader()) if of else "",
        tone=lambda part, of: tone_of("fresh", part / of) if of else "neutral",
        asked=asked,
        classes=class_choices(reader().language, abstract=True),
        rows_url=_rows_url,
    )


def _tabs() -> tuple[Tab, ...]:
    return (
        Tab("class", gettext("By class"), list_url(by=None)),
        Tab("organisation", gettext("By organisation"), list_url(by="organisation")),
        Tab("owner", gettext("By owner"), list_url(by="owner")),
    )


def _rows_url(measure: str, by: str = "", key: str = "") -> str:
    """Return the address of the rows behind a figure of a line; the list's filters go along."""
    asked: dict[str, str | None] = {
        name: request.args.get(name) or None for name in ("class", "organisation", "owner")
    }
    if by:
        asked[by] = key or "nobody"
    return url_for("register_health.rows", measure=measure, **asked)


def _named(lines: Sequence[Figures], by: str) -> list[tuple[str, Figures]]:
    """Return each line with its name in the reader's language."""
    session, actor = current_session(), current_actor()
    if by == "class":
        return [(class_name(line.key), line) for line in lines]
    if by == "organisation":
        names = organisation_names(session, actor)
        return [(names.get(int(line.key), gettext("another organisation")), line) for line in lines]
    groups = names_of_groups(session, actor, _ids(lines, "group"))
    people = names_of_people(session, actor, _ids(lines, "person"))
    return [(_owner(line.key, groups, people), line) for line in lines]


def _ids(lines: Sequence[Figures], kind: str) -> list[int]:
    return [int(n) for k, _, n in (line.key.partition(":") for line in lines) if k == kind]


def _owner(key: str, groups: dict[int, str], people: dict[int, str]) -> str:
    kind, _, number = key.partition(":")
    if not number:
        return gettext("nobody")
    known = groups if kind == "group" else people
    return known.get(int(number), gettext("somebody outside your view"))


@health.route("/rows")
def rows() -> ResponseReturnValue:
    """List the items behind a figure."""
    session, actor = current_session(), current_actor()
    measure = asked_choice("measure", tuple(queries.MEASURES)) or "required"
    page = queries.items_with(session, actor, measure, _asked_filter(), asked_page())
    return render_template(
        "health/rows.html",
        measure=measure,
        measures=[(one, measure_name(one, reader())) for one in queries.MEASURES],
        classes=class_choices(reader().language, abstract=True),
        asked=_asked_filter(),
        rows=page.rows,
        paging=paging_of(page),
        class_name=class_name,
    )


@health.route("/items/<int:item_id>")
def of_item(item_id: int) -> ResponseReturnValue:
    """Show the health of one item: a part of its page, fetched once that stands."""
    session, actor, model = current_session(), current_actor(), standing_model()
    found = queries.health_of(session, actor, item_id, current_time())
    item = get_item(session, actor, item_id)

    def label(code: str) -> str:
        attribute = model.find_attribute(code, item.class_code)
        return model.label(attribute, reader().language) if attribute else code

    return render_template(
        "health/item.html",
        health=found,
        item=item,
        twins=queries.twins_in_sight(session, actor, found.twins) if found else [],
        attribute_label=label,
    )


@health.route("/measure", methods=["POST"])
def measure() -> ResponseReturnValue:
    """Ask for a measurement now; one that waits already is enough."""
    require_everywhere(current_actor(), Permission.ADMIN_JOBS)
    enqueue(current_session(), MEASURE_HEALTH, key=MEASURE_HEALTH)
    told = gettext("The measurement runs in the background. Come back in a moment.")
    return done(told, url_for("register_health.show"))
