"""Software across the estate: the products, and where one is below a version."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.advisories.queries import of_product, support_of_product
from server.items.software import queries
from server.items.software.naming import named
from web.pages.frame import list_url
from web.pages.lists import asked_page, asked_words, is_narrowed, paging_of
from web.presenters.advisories import support_tone
from web.presenters.lists import Column

software = Blueprint("software", __name__, url_prefix="/software")


@software.route("")
def index() -> ResponseReturnValue:
    """List what is installed somewhere."""
    session, actor = current_session(), current_actor()
    known = queries.ecosystems(session, actor)
    asked = request.args.get("ecosystem", "")
    wanted = queries.SoftwareFilter(asked_words(), asked if asked in known else "")
    page = queries.list_products(session, actor, wanted, asked_page("name"))
    return render_template(
        "software/index.html",
        rows=page.rows,
        columns=(
            Column(gettext("Product"), main=True),
            Column(gettext("Ecosystem")),
            Column(gettext("Versions"), numeric=True),
            Column(gettext("Items"), numeric=True),
        ),
        paging=paging_of(page),
        list_url=list_url,
        wanted=wanted,
        ecosystems=known,
        narrowed=is_narrowed(),
    )


@software.route("/<int:product_id>")
def show(product_id: int) -> ResponseReturnValue:
    """Show one product: its versions, and where they are."""
    session, actor = current_session(), current_actor()
    found = queries.product(session, actor, product_id)
    below = asked_words("below", 255)
    chosen = asked_words("version", 255)
    versions = queries.versions_of(session, actor, found, below)
    wanted = [chosen] if chosen else None
    if below:
        wanted = queries.below_limit(versions)
    page = queries.installations_of(session, actor, found, wanted, asked_page("name"))
    return render_template(
        "software/show.html",
        product=found,
        called=named(found.ecosystem, found.name),
        versions=versions,
        below=below,
        chosen=chosen,
        known=of_product(session, actor, found.id),
        ends=support_of_product(session, actor, found.id),
        end_tone=lambda day: support_tone(day, current_time().date()),
        older=sum(row.items for row in versions if row.below),
        rows=page.rows,
        columns=(
            Column(gettext("Item"), main=True),
            Column(gettext("Version")),
            Column(gettext("Architecture"), narrow_screen=False),
        ),
        paging=paging_of(page),
        list_url=list_url,
    )
