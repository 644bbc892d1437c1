"""``cadastre impact`` as a person on the server uses it."""

import csv
import io
import json
from pathlib import Path

import networkx as nx
import pytest

from tests.server.command_line import Cadastre

_ITEMS = {
    "ups": "server",
    "host": "server",
    "web1": "server",
    "web2": "server",
    "shop": "business_service",
    "mail": "business_service",
}
_NEEDS = [("host", "ups"), ("web1", "host"), ("mail", "host")]
_PAIR = ["web1", "web2"]


@pytest.fixture
def estate(migrated_anywhere: Cadastre, tmp_path: Path) -> Cadastre:
    """``ups <- host <- web1``, ``{web1 web2 | at least one} <- shop``, ``host <- mail``."""
    lines: list[object] = [
        {"kind": "item", "key": name, "class": code, "values": {"name": name}}
        for name, code in _ITEMS.items()
    ]
    lines += [
        {"kind": "relation", "type": "depends_on", "start": start, "end": end}
        for start, end in _NEEDS
    ]
    group = {"name": "web", "rule": "at_least", "threshold": 1}
    lines += [
        {"kind": "relation", "type": "depends_on", "start": "shop", "end": one, "group": group}
        for one in _PAIR
    ]
    path = tmp_path / "estate.ndjson"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    migrated_anywhere.begin()
    migrated_anywhere.succeed("import", str(path))
    return migrated_anywhere


def cells(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if "\t" in line]


def test_what_suffers_is_listed_worst_first_with_what_is_left(estate: Cadastre) -> None:
    told = estate.succeed("impact", "ups")
    assert [row[:3] for row in cells(told)] == [
        ["ups", "server", "down"],
        ["host", "server", "down"],
        ["web1", "server", "down"],
        ["mail", "business_service", "down"],
        ["shop", "business_service", "at risk"],
    ]
    assert cells(told)[-1][4:] == ["web1", "web", "web 1/1"]
    assert "4 down, 0 degraded, 1 at risk. Services: mail (down), shop (at risk)." in told


def test_the_ways_of_a_failure_are_drawn_as_a_tree(estate: Cadastre) -> None:
    lines = estate.succeed("impact", "--tree", "ups").splitlines()
    assert lines[:5] == [
        "ups: down",
        "└─ host: down",
        "   ├─ web1: down",
        "   │  └─ shop: at risk (group web)",
        "   └─ mail: down",
    ]


def test_several_fail_together_and_states_choose_rows(estate: Cadastre) -> None:
    told = estate.succeed("impact", "web1", "web2", "--state", "down", "--table")
    assert {row[0] for row in cells(told)} == {"web1", "web2", "shop"}
    assert cells(estate.succeed("impact", "web1", "--state", "down")) != cells(told)


def test_the_answer_comes_as_json(estate: Cadastre) -> None:
    answer = json.loads(estate.succeed("impact", "ups", "--json"))
    assert answer["totals"] == {"down": 4, "degraded": 0, "at_risk": 1}
    number = str(answer["failed"][0]["id"])
    assert (
        json.loads(estate.succeed("impact", f"#{number}", "--json"))["failed"] == answer["failed"]
    )


def test_an_item_is_named_by_number_or_name_and_doubt_is_said(
    estate: Cadastre, tmp_path: Path
) -> None:
    unknown = estate.run("impact", "nowhere")
    assert unknown.failed_in_one_sentence
    assert "nowhere does not exist" in unknown.err
    twin = {"kind": "item", "key": "twin", "class": "switch", "values": {"name": "host"}}
    path = tmp_path / "twin.ndjson"
    path.write_text(json.dumps(twin))
    estate.succeed("import", str(path))
    doubtful = estate.run("impact", "host")
    assert doubtful.failed_in_one_sentence
    assert "names several" in doubtful.err
    assert "say the number" in doubtful.err


def test_a_past_that_is_none_is_refused(estate: Cadastre) -> None:
    outcome = estate.run("impact", "ups", "--as-of", "yesterday")
    assert outcome.code == 2
    assert "ISO 8601" in outcome.err
    early = json.loads(estate.succeed("impact", "ups", "--as-of", "0", "--json"))
    assert early["outside"] == [early["failed"][0]["id"]]


def test_common_causes_are_ranked_and_ties_said(estate: Cadastre) -> None:
    symptoms = ("web1", "mail", "--watched", "web2", "--at", "2020-01-01")
    told = estate.succeed("impact", "causes", *symptoms)
    assert {row[1] for row in cells(told)} >= {"host", "ups"}
    assert "Nothing seen tells these apart: " in told
    assert "look whether ups is down" in told
    assert json.loads(estate.succeed("impact", "causes", "mail", "--json"))["causes"]


def test_the_way_from_one_to_another_is_told(estate: Cadastre) -> None:
    assert estate.succeed("impact", "path", "ups", "shop").splitlines() == [
        "ups: down",
        "host: down",
        "web1: down",
        "shop: at risk, through the group web",
        "The group web of shop holds: 1 left of 1 needed.",
    ]
    assert "ups does not depend on mail." in estate.succeed("impact", "path", "mail", "ups")


def test_needs_are_listed_nearest_first(estate: Cadastre) -> None:
    told = estate.succeed("impact", "needs", "mail")
    assert cells(told) == [["host", "server", "1"], ["ups", "server", "2"]]
    assert cells(estate.succeed("impact", "needs", "mail", "--within", "1")) == [
        ["host", "server", "1"]
    ]


def test_risks_are_told_after_a_sweep_with_their_age(estate: Cadastre) -> None:
    before = estate.run("impact", "blast-radius")
    assert "cadastre impact sweep" in before.err
    assert "6 items, 2 single points of failure." in estate.succeed("impact", "sweep")
    ranking = estate.succeed("impact", "blast-radius", "--limit", "2")
    assert cells(ranking) == [["ups", "server", "4", "1"], ["host", "server", "3", "1"]]
    assert "As of " in ranking
    by_services = json.loads(estate.succeed("impact", "blast-radius", "--by", "services", "--json"))
    assert by_services["rows"][0]["services"] == 1
    assert cells(estate.succeed("impact", "group-losses", "--by", "services")) == [
        ["shop", "web", "web1, web2", "3", "1"]
    ]
    assert cells(estate.succeed("impact", "single-points")) == [
        ["mail", "2", "2"],
        ["shop", "0", "4"],
    ]
    assert cells(estate.succeed("impact", "single-points", "mail")) == [
        ["ups", "server", "4"],
        ["host", "server", "3"],
    ]
    assert estate.run("impact", "single-points", "--as-of", "1").code == 2


def test_the_graph_is_written_for_other_programs(estate: Cadastre, tmp_path: Path) -> None:
    path = tmp_path / "estate.graphml"
    assert "7 nodes are in" in estate.succeed("impact", "export", "-o", str(path))
    assert len(nx.read_graphml(path)) == 7
    rows = list(
        csv.DictReader(io.StringIO(estate.succeed("impact", "export", "ups", "--format", "csv")))
    )
    assert ("host", "mail") in {(row["provider"], row["dependant"]) for row in rows}
    assert estate.run("impact", "export", "-o", str(tmp_path / "estate.doc")).code == 2


def test_help_is_worth_reading(cadastre: Cadastre) -> None:
    told = cadastre.succeed("impact", "--help")
    for word in (
        "causes",
        "single-points",
        "blast-radius",
        "path",
        "export",
        "Examples",
        "at risk",
    ):
        assert word in told
    assert "--as-of" in cadastre.succeed("impact", "of", "--help")
