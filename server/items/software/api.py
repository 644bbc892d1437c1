"""REST over software across the estate: where is which product, below which version."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request
from server.items.software import queries
from server.items.software.schemas import (
    InstallationSchema,
    ProductRowSchema,
    ProductSchema,
    SoftwareQuerySchema,
    WhereQuerySchema,
)

software = Blueprint("software", __name__, url_prefix=PREFIX, description="Installed software.")


@software.route("/software")
class Products(MethodView):
    """Products that are installed somewhere."""

    @software.arguments(SoftwareQuerySchema, location="query")
    @software.response(200, page_of(ProductRowSchema, "SoftwareProductPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List products by name, with how many items have them."""
        wanted = queries.SoftwareFilter(query["q"], query["ecosystem"])
        page = page_request(query)
        return queries.list_products(current_session(), current_actor(), wanted, page)


@software.route("/software/<int:product_id>")
class OneProduct(MethodView):
    """One product."""

    @software.arguments(WhereQuerySchema, location="query")
    @software.response(200, ProductSchema)
    def get(self, query: dict[str, Any], product_id: int) -> Any:
        """Return a product's versions, the newest first, in its ecosystem's own order."""
        session, actor = current_session(), current_actor()
        found = queries.product(session, actor, product_id)
        return {
            "id": found.id,
            "ecosystem": found.ecosystem,
            "name": found.name,
            "versions": queries.versions_of(session, actor, found, query["below"]),
        }


@software.route("/software/<int:product_id>/installations")
class ProductInstallations(MethodView):
    """Where a product is."""

    @software.arguments(WhereQuerySchema, location="query")
    @software.response(200, page_of(InstallationSchema, "InstallationPage"))
    def get(self, query: dict[str, Any], product_id: int) -> Any:
        """List the items that have it; ``below`` keeps versions older than that one."""
        session, actor = current_session(), current_actor()
        found = queries.product(session, actor, product_id)
        versions = [query["version"]] if query["version"] else None
        if query["below"]:
            known = queries.versions_of(session, actor, found, query["below"])
            below = queries.below_limit(known)
            versions = [v for v in below if versions is None or v in versions]
        return queries.installations_of(session, actor, found, versions, page_request(query))
