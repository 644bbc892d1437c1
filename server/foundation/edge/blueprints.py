"""flask-smorest's Blueprint with types, so that views keep theirs under strict checking."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import flask_smorest
from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A part of the REST interface. Use function views: marks on them reach the unit of work."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str, description: str) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, description=description)

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view that reads."""
        return self._method("GET", rule, options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view that creates or acts."""
        return self._method("POST", rule, options)

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view that replaces."""
        return self._method("PUT", rule, options)

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view that changes some fields."""
        return self._method("PATCH", rule, options)

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view that removes."""
        return self._method("DELETE", rule, options)

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Load the body, or with ``location="query"`` the query, and hand it to the view."""
        return cast(
            "Callable[[View], View]", super().arguments(schema, location=location, **options)
        )

    def response(
        self,
        status_code: int,
        schema: type[Schema] | Schema | None = None,
        *,
        description: str | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        """Serialise what the view returns; a Response passes through as it is."""
        return cast(
            "Callable[[View], View]",
            super().response(status_code, schema, description=description, headers=headers),
        )

    def _method(self, method: str, rule: str, options: dict[str, Any]) -> Callable[[View], View]:
        decorated = super().route(rule, methods=[method], **options)
        return cast("Callable[[View], View]", decorated)
