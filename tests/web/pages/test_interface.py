"""The pages of the REST interface: subjects, their operations, and finding one by words."""

from flask import Flask

from server.foundation.edge.document import operations
from server.foundation.edge.rest import api_document
from tests.web.pages.conftest import Browser
from web.presenters.interface import operations_of, subjects_of


def test_every_operation_stands_once_with_its_subject(site: Flask) -> None:
    document = api_document(site)
    there = sorted((path, method.upper()) for path, method, _said in operations(document))
    shown = [
        operation.headline
        for subject in subjects_of(document)
        for operation in operations_of(document, subject.name)
    ]
    assert sorted((one.path, one.method) for one in shown) == there
    assert len({one.id for one in shown}) == len(there)


def test_the_first_page_leads_to_every_subject_and_holds_no_operation(
    site: Flask, admin: Browser
) -> None:
    page = admin.read("/api/docs")
    for subject in subjects_of(api_document(site)):
        assert f'href="/api/docs/{subject.name}"' in page
    assert "/api/v1/tickets" not in page


def test_a_subject_shows_what_its_operations_take_and_answer(admin: Browser) -> None:
    page = admin.read("/api/docs/tickets?open=post-api-v1-tickets")
    assert 'id="post-api-v1-tickets" open>' in page
    assert page.count(" open>") == 1
    assert "affected_item_ids" in page
    assert "The ETag of what you read" in page


def test_an_unknown_subject_is_not_there(admin: Browser) -> None:
    assert admin.get("/api/docs/nonsense").status_code == 404


def test_an_operation_is_found_by_words_of_any_case_and_leads_to_itself_unfolded(
    admin: Browser,
) -> None:
    page = admin.read("/api/docs?q=POST+tickets/{reference}/Merge")
    address = "/api/docs/tickets?open=post-api-v1-tickets-reference-merge"
    assert f'href="{address}#post-api-v1-tickets-reference-merge"' in page
    assert "/api/v1/licences" not in page
    assert "Nothing found" in admin.read("/api/docs?q=nothing-like-this")
