"""What stands around items: models, suppliers and purchases, custody, stock, labels."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_READ, _WRITE = Permission.ITEM_READ, Permission.ITEM_WRITE
_ITEM = f"{_V1}/items/<int:item_id>"
_PRODUCT = f"{_V1}/product-models/<int:product_id>"
_ARTICLE = f"{_V1}/stock-articles/<int:stock_id>"
_CUSTODY = f"{_V1}/custody/<int:custody_id>"

_MODEL = {"vendor": "Acme", "name": "Rocket 3"}
_SUPPLIER: dict[str, Any] = {"organisation_id": Named("organisation"), "name": "Shop"}
_PURCHASE = {"supplier_id": Named("supplier"), "price": "12.50", "currency": "EUR"}
_GIVING = {"person_id": Named("person")}
_ANSWER = {"has_it": True}
_STOCK: dict[str, Any] = {"organisation_id": Named("organisation"), "name": "Cable"}
_SHELF = {"name": "Cable", "place_id": Named("rack")}

AROUND_ITEMS: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/product-models", _READ),
    Endpoint("POST", f"{_V1}/product-models", _WRITE, json=_MODEL, status=201),
    Endpoint("GET", _PRODUCT, _READ),
    Endpoint("PUT", _PRODUCT, _WRITE, json=_MODEL),
    Endpoint("GET", f"{_PRODUCT}/reliability", _READ),
    Endpoint("GET", f"{_ITEM}/product-model", _READ),
    Endpoint("PUT", f"{_ITEM}/product-model", _WRITE, json={"model_id": Named("product")}),
    Endpoint("GET", f"{_ITEM}/reliability", _READ),
    Endpoint("GET", f"{_V1}/suppliers", _READ),
    Endpoint("POST", f"{_V1}/suppliers", _WRITE, json=_SUPPLIER, status=201),
    Endpoint("GET", f"{_V1}/suppliers/<int:supplier_id>", _READ),
    Endpoint("PUT", f"{_V1}/suppliers/<int:supplier_id>", _WRITE, json={"name": "Shop"}),
    Endpoint("GET", f"{_ITEM}/purchase", _READ),
    Endpoint("PUT", f"{_ITEM}/purchase", _WRITE, json=_PURCHASE),
    Endpoint("DELETE", f"{_ITEM}/purchase", _WRITE, status=204),
    # One's own is always in sight.
    Endpoint("GET", f"{_V1}/custody"),
    Endpoint("GET", _CUSTODY),
    Endpoint("POST", f"{_CUSTODY}/answer", json=_ANSWER),
    Endpoint("POST", f"{_CUSTODY}/return", _WRITE, json={}),
    Endpoint("POST", f"{_ITEM}/custody", _WRITE, json=_GIVING, status=201),
    Endpoint("GET", f"{_V1}/custody-conflicts", _READ),
    Endpoint("GET", f"{_V1}/stock-articles", _READ),
    Endpoint("POST", f"{_V1}/stock-articles", _WRITE, json=_STOCK, status=201),
    Endpoint("GET", _ARTICLE, _READ),
    Endpoint("PUT", _ARTICLE, _WRITE, json=_SHELF),
    Endpoint("GET", f"{_ARTICLE}/movements", _READ),
    Endpoint("POST", f"{_ARTICLE}/movements", _WRITE, json={"change": 1}, status=201),
)
