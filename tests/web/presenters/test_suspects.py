"""What changed before, as lines."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from cmdb.model import shipped_model
from tests.web.presenters.readers import NOW, reader
from web.presenters.suspects import far_ends, suspect_lines

ITEM = SimpleNamespace(id=7, name="db-07", class_code="server")


def row(*entries: Any, hops: int = 0, change: Any = None) -> Any:
    """Return a suspect as the desk ranks it."""
    return SimpleNamespace(
        item=ITEM,
        at=NOW - timedelta(hours=2),
        score=0.81,
        hops=hops,
        entries=entries,
        change=change,
    )


def entry(kind: str = "changed", subject: str = "model", **detail: Any) -> Any:
    """Return an entry of the register's history."""
    return SimpleNamespace(item_id=7, other_id=8, kind=kind, subject=subject, detail=detail)


def lines(*rows: Any, names: dict[int, str] | None = None) -> list[Any]:
    """Return the lines in English."""
    return suspect_lines(rows, NOW, names or {}, shipped_model(), reader())


def test_a_difference_is_told_with_both_values_and_its_distance_in_time() -> None:
    (line,) = lines(row(entry(old="A", new="B"), hops=2))
    assert (line.score_text, line.what) == (".81", "Model: A → B")
    assert (line.before, line.hops) == ("2h before", "2 hops up")


def test_on_the_affected_item_itself_no_hops_are_told() -> None:
    assert lines(row(entry(old="A", new="B")))[0].hops == ""


def test_many_differences_of_one_moment_are_counted() -> None:
    many = [entry(old=str(n), new=str(n + 1)) for n in range(10)]
    assert lines(row(*many))[0].what.endswith("7 more")


def test_a_relation_names_its_far_end_or_hides_it() -> None:
    related = entry("related", "depends_on")
    assert far_ends([row(related)]) == {8}
    assert "san-1" in lines(row(related), names={8: "san-1"})[0].what
    assert "outside your view" in lines(row(related))[0].what


def test_a_change_is_told_by_its_title() -> None:
    change = SimpleNamespace(title="Firewall rule", reference="CHG-3")
    line = lines(row(change=change))[0]
    assert (line.what, line.change.reference) == ("Firewall rule", "CHG-3")
