from datetime import timedelta
from html.parser import HTMLParser

import pytest

from tests.web.presenters.readers import NOW, reader
from tests.web.templates.rendering import environment, macro
from web.presenters.filters import filters_for
from web.presenters.lists import Column, Paging, Sorting

SEEN = NOW - timedelta(minutes=4)


@pytest.mark.parametrize(
    ("state", "shape", "word"),
    [
        ("up", "●", "up"),
        ("at_risk", "◐", "at risk"),
        ("degraded", "▲", "degraded"),
        ("down", "■", "down"),
        ("unknown", "○", "unknown"),
        (None, "○", "unknown"),
    ],
)
def test_a_state_is_a_shape_and_a_word_and_a_colour(
    state: str | None, shape: str, word: str
) -> None:
    badge = macro("state", "{{ m.state_badge(state) }}", state=state)
    assert shape in badge
    assert word in badge
    assert f'class="state state-{word.replace(" ", "-")}"' in badge


def test_a_shape_alone_still_says_its_word_aloud() -> None:
    alone = macro("state", "{{ m.state_shape('down') }}")
    assert '<span class="visually-hidden">down</span>' in alone


def test_a_hostile_name_stays_text() -> None:
    name = "<script>alert('1')</script>\N{RIGHT-TO-LEFT OVERRIDE}"
    shown = macro("names", "{{ m.item_link(name, '/items/1', 'up') }}", name=name)
    assert "<script>" not in shown
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shown
    assert "<bdi" in shown


def test_a_cut_name_is_whole_on_hover() -> None:
    name = "fra-prod-postgresql-orders-primary-0007.corp.example.com"
    assert f'title="{name}"' in macro("names", "{{ m.long_name(name) }}", name=name)


def test_a_time_is_relative_with_the_exact_one_on_hover() -> None:
    shown = macro("times", "{{ m.ago(seen) }}", seen=SEEN)
    assert ">4 min ago</time>" in shown
    assert 'title="21 Nov 2026, 20:36:00 CET"' in shown
    assert 'datetime="2026-11-21T19:36:00Z"' in shown


def test_what_never_happened_has_no_time() -> None:
    assert "never" in macro("times", "{{ m.ago(none, 'never') }}")


def test_a_fact_shows_who_says_so_and_who_disagrees() -> None:
    shown = macro(
        "facts",
        "{{ m.fact('Name', 'db-07', source='agent', seen_at=seen, disputed=lost) }}",
        seen=SEEN,
        lost=[("db07", "LDAP", NOW - timedelta(days=12))],
    )
    assert "agent, <time" in shown
    assert "db07" in shown
    assert "LDAP, <time" in shown


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    shown = macro(
        "forms",
        "{{ m.text_field('title', 'Title', 'typed', 'One line.', 'Too short.', required=true) }}",
    )
    assert 'aria-describedby="error-title help-title"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="typed"' in shown
    assert '<label class="form-label" for="field-title">Title</label>' in shown


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "optional" in macro("forms", "{{ m.text_field('title', 'Title') }}")


def test_a_refused_form_says_so_and_tells_the_scripts() -> None:
    shown = macro(
        "forms",
        "{% call m.form('/tickets', 'ticket', 'token', errors={'title': 'x'}) %}…{% endcall %}",
    )
    assert "data-failed" in shown
    assert 'data-draft="ticket"' in shown
    assert 'name="csrf_token" value="token"' in shown


def test_attributes_stay_apart_whichever_of_them_are_there() -> None:
    shown = macro(
        "forms",
        "{% call m.form('/t', 'ticket', 'x', errors={'a': 'b'}, target='#t', confirm='Sure?',"
        " multipart=true) %}…{% endcall %}",
    )
    form, *_ = _tags(shown)
    assert {"data-failed", "data-draft", "data-confirm", "enctype", "hx-post", "hx-target"} <= form


class _Attributes(HTMLParser):
    """The names of the attributes of each element, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[set[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append({name for name, _ in attrs})


def _tags(html: str) -> list[set[str]]:
    parser = _Attributes()
    parser.feed(html)
    return parser.found


def test_a_form_that_htmx_sends_works_without_scripts_too() -> None:
    shown = macro(
        "forms",
        "{% call m.form('/tickets', 'ticket', 'token', target='#ticket') %}…{% endcall %}",
    )
    assert 'action="/tickets" method="post"' in shown
    assert 'hx-post="/tickets" hx-target="#ticket"' in shown


def test_a_column_head_leads_to_the_list_in_that_order_from_its_start() -> None:
    asked: list[dict[str, object]] = []

    def list_url(**changes: object) -> str:
        asked.append(changes)
        return f"/items?sort={changes['sort']}"

    shown = macro(
        "tables",
        "{% call m.table(columns, 'Items', sorting, list_url, '#list') %}<tr></tr>{% endcall %}",
        columns=[Column("Name", "name", main=True), Column("Age", numeric=True)],
        sorting=Sorting.parse("name"),
        list_url=list_url,
    )
    assert 'aria-sort="ascending"' in shown
    assert 'href="/items?sort=-name"' in shown
    assert 'hx-select="#list"' in shown
    assert asked == [{"sort": "-name", "after": None, "before": None}]


def test_a_pager_has_no_link_where_there_is_no_page() -> None:
    shown = macro("tables", "{{ m.pager(paging) }}", paging=Paging(1, None, None, "/items?after=x"))
    assert 'rel="next"' in shown
    assert 'rel="prev"' not in shown
    assert "1 row" in shown


def test_an_empty_list_says_what_it_means_and_what_to_do_next() -> None:
    shown = macro(
        "panels",
        "{{ m.empty_state('No items', 'None reported.', 'Install an agent.', 'Install', '/a') }}",
    )
    for words in ("No items", "None reported.", "Install an agent.", 'href="/a"'):
        assert words in shown


def test_a_palette_group_without_entries_is_not_there() -> None:
    assert macro("palette", "{{ m.palette_group('Items', []) }}") == ""


def test_a_maps_data_cannot_end_its_own_block() -> None:
    shown = macro("map", "{{ m.dependency_map('Map', 'twin', data={'name': '</script><b>'}) }}")
    assert "</script><b>" not in shown


def test_a_filter_of_a_constant_is_worked_out_for_each_reader() -> None:
    # Jinja would fold it when it compiles the template, and the first reader's words would stay.
    readers = iter([reader("en"), reader("ru")])
    site = environment()
    site.filters.update(filters_for(lambda: next(readers)))
    template = site.from_string("{{ 4325|duration }}")
    assert [template.render(), template.render()] == ["1h 12m", "1 ч 12 мин"]
