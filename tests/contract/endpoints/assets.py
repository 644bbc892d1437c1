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

_OWNED = "/items/<int:item_id>/ownership"
_MODEL = {"vendor": "Acme", "name": "Rocket 3"}
_SUPPLIER: dict[str, Any] = {"organisation_id": Named("organisation"), "name": "Shop"}
_PURCHASE = {"supplier_id": Named("supplier"), "price": "12.50", "currency": "EUR"}
_GIVING = {"person_id": Named("person")}
_ANSWER = {"has_it": True}
_STOCK: dict[str, Any] = {"organisation_id": Named("organisation"), "name": "Cable"}
_TITLE = {"name": "Office", "metric": "device", "covers": ["libreoffice*"]}
_LICENCE: dict[str, Any] = _TITLE | {"organisation_id": Named("organisation")}
_COVERS = _TITLE | {"covers": "libreoffice*"}
_TITLE_AT = f"{_V1}/licences/<int:licence_id>"
_BOUGHT_AT = "entitlements/<int:entitlement_id>"
_PAPERS = f"{_V1}/documents/<int:document_id>"
_PAPER: dict[str, Any] = {"title": "Wiring", "kind": "diagram"}
_NEW_PAPER = _PAPER | {"organisation_id": Named("organisation")}
_PAPER_AGAIN = _PAPER | {"version": "2", "items": Named("item")}
_KEPT = {"file_name": "wiring.txt", "content": "aGVsbG8="}
_ELSEWHERE = {"url": "https://wiki.example.test/wiring"}
_PAGE = "/documents/<int:document_id>"
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
    Endpoint("GET", "/product-models", _READ),
    Endpoint("POST", "/product-models", _WRITE, form=_MODEL, status=303),
    Endpoint("GET", "/product-models/<int:product_id>", _READ),
    Endpoint("POST", "/product-models/<int:product_id>", _WRITE, form=_MODEL, status=303),
    Endpoint("GET", "/suppliers", _READ),
    Endpoint("POST", "/suppliers", _WRITE, form=_SUPPLIER, status=303),
    Endpoint("GET", "/suppliers/<int:supplier_id>", _READ),
    Endpoint("POST", "/suppliers/<int:supplier_id>", _WRITE, form={"name": "Shop"}, status=303),
    Endpoint("GET", f"{_OWNED}", _READ),
    Endpoint("GET", f"{_OWNED}/summary", _READ),
    Endpoint("POST", f"{_OWNED}/purchase", _WRITE, form=_PURCHASE, status=303),
    Endpoint("POST", f"{_OWNED}/model", _WRITE, form={"model_id": Named("product")}, status=303),
    Endpoint("POST", f"{_OWNED}/give", _WRITE, form=_GIVING, status=303),
    Endpoint(
        "POST",
        f"{_OWNED}/back",
        _WRITE,
        at={"item_id": "held"},
        form={"custody_id": Named("custody")},
        status=303,
    ),
    Endpoint("GET", "/mine"),
    Endpoint("POST", "/mine/<int:custody_id>", form={"has_it": "yes"}, status=303),
    Endpoint("GET", "/custody", _READ),
    Endpoint("GET", "/stock", _READ),
    Endpoint("POST", "/stock", _WRITE, form=_STOCK, status=303),
    Endpoint("GET", "/stock/<int:stock_id>", _READ),
    Endpoint("POST", "/stock/<int:stock_id>/move", _WRITE, form={"number": "1"}, status=303),
    Endpoint("POST", "/stock/<int:stock_id>/edit", _WRITE, form=_SHELF, status=303),
    Endpoint("GET", f"{_V1}/licences", _READ),
    Endpoint("POST", f"{_V1}/licences", _WRITE, json=_LICENCE, status=201),
    Endpoint("GET", _TITLE_AT, _READ),
    Endpoint("PUT", _TITLE_AT, _WRITE, json=_TITLE),
    Endpoint("DELETE", _TITLE_AT, _WRITE, status=204),
    Endpoint("GET", f"{_TITLE_AT}/items", _READ),
    Endpoint("POST", f"{_TITLE_AT}/entitlements", _WRITE, json={"quantity": 5}, status=201),
    Endpoint("DELETE", f"{_TITLE_AT}/{_BOUGHT_AT}", _WRITE, status=204),
    Endpoint("GET", "/licences", _READ),
    Endpoint(
        "POST",
        "/licences",
        _WRITE,
        form=_COVERS | {"organisation_id": Named("organisation")},
        status=303,
    ),
    Endpoint("GET", "/licences/<int:licence_id>", _READ),
    Endpoint("POST", "/licences/<int:licence_id>", _WRITE, form=_COVERS, status=303),
    Endpoint("POST", "/licences/<int:licence_id>/buy", _WRITE, form={"quantity": "5"}, status=303),
    Endpoint("POST", f"/licences/<int:licence_id>/{_BOUGHT_AT}/remove", _WRITE, status=303),
    Endpoint("POST", "/licences/<int:licence_id>/forget", _WRITE, status=303),
    Endpoint("GET", f"{_V1}/documents", _READ, query={"item_id": Named("item")}),
    Endpoint(
        "POST",
        f"{_V1}/documents",
        _WRITE,
        json=_NEW_PAPER | {"item_ids": [Named("item")], "contract_ids": [Named("contract")]},
        status=201,
    ),
    Endpoint("GET", _PAPERS, _READ),
    Endpoint("PUT", _PAPERS, _WRITE, json=_PAPER | {"product_model_ids": [Named("product")]}),
    Endpoint("DELETE", _PAPERS, _WRITE, status=204),
    Endpoint("POST", f"{_PAPERS}/versions", _WRITE, json=_KEPT, status=201),
    Endpoint("GET", f"{_PAPERS}/versions/<int:number>", _READ, at={"number": "1"}),
    Endpoint("POST", f"{_PAPERS}/review", _WRITE, json={}),
    Endpoint("GET", "/documents", _READ),
    Endpoint("GET", "/documents/about", _READ),
    Endpoint("GET", "/documents/new", _WRITE),
    Endpoint("POST", "/documents/new", _WRITE, form=_NEW_PAPER | _ELSEWHERE, status=303),
    Endpoint("GET", _PAGE, _READ),
    Endpoint("POST", f"{_PAGE}/edit", _WRITE, form=_PAPER_AGAIN, status=303),
    Endpoint("POST", f"{_PAGE}/versions", _WRITE, form=_ELSEWHERE, status=303),
    Endpoint("POST", f"{_PAGE}/review", _WRITE, form={}, status=303),
    Endpoint("POST", f"{_PAGE}/forget", _WRITE, form={}, status=303),
    Endpoint("GET", f"{_PAGE}/versions/<int:number>", _READ, at={"number": "1"}),
    Endpoint("GET", f"{_PAGE}/versions/<int:number>/picture", _READ, at={"number": "1"}),
    Endpoint("GET", "/labels", _READ, query={"selected": Named("item")}),
)
