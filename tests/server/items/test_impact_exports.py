"""The graph, or what suffers, written for other programs."""

import csv
import io
from typing import Any

import networkx as nx
import pytest

from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World

HEADINGS = (
    "provider_id,provider,provider_class,provider_state,dependant_id,dependant,dependant_class,"
    "dependant_state,kind,weight,group,group_rule,group_required,group_total"
)


class Estate:
    """``host <- web1 (sales)``, ``{web1 web2 | at least one} <- shop``; one name is a formula."""

    def __init__(self, callers: Callers, world: World) -> None:
        admin, ours = callers.admin, world.operations.id
        self.host = admin.create("=cmd|'/c calc'!A1", organisation_id=ours)
        self.web1 = admin.create("web1", organisation_id=world.sales.id)
        self.web2 = admin.create("web2 <&>", organisation_id=ours)
        self.shop = admin.create("shop", "business_service", organisation_id=ours, criticality=0)
        admin.relate("depends_on", self.web1, self.host)
        for replica in (self.web1, self.web2):
            admin.relate("depends_on", self.shop, replica, group={"name": "@web"})


@pytest.fixture
def estate(callers: Callers, world: World) -> Estate:
    return Estate(callers, world)


def text_of(caller: Caller, form: str, **query: Any) -> str:
    answer = caller.send("GET", f"/graph.{form}", query_string=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="graph.{form}"'
    return answer.text


def rows_of(caller: Caller, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(caller, "csv", **query))))


def test_the_whole_graph_is_read_back_by_networkx(callers: Callers, estate: Estate) -> None:
    network = nx.parse_graphml(text_of(callers.admin, "graphml"), node_type=str)
    names = {data.get("name") for _, data in network.nodes(data=True)}
    assert names == {"=cmd|'/c calc'!A1", "web1", "web2 <&>", "shop", "@web"}
    shop = network.nodes[str(estate.shop)]
    assert (shop["kind"], shop["class"], shop["criticality"]) == ("item", "business_service", 0)
    assert "state" not in shop
    kinds = sorted(data["kind"] for *_, data in network.edges(data=True))
    assert kinds == ["group", "hard", "member", "member"]


def test_what_suffers_is_written_with_states(callers: Callers, estate: Estate) -> None:
    body = callers.admin.send("GET", "/graph.json", query_string={"failed": [estate.host]})
    network = nx.node_link_graph(body.get_json(), edges="edges")
    states = {data["name"]: data.get("state") for _, data in network.nodes(data=True)}
    assert states == {
        "=cmd|'/c calc'!A1": "down",
        "web1": "down",
        "shop": "at_risk",
        "@web": None,
    }


def test_a_spreadsheet_gets_one_line_a_relation_and_no_formula(
    callers: Callers, estate: Estate
) -> None:
    assert text_of(callers.admin, "csv").splitlines()[0] == HEADINGS
    rows = rows_of(callers.admin, failed=[estate.host])
    assert [(row["provider"], row["dependant"], row["kind"], row["group"]) for row in rows] == [
        ("'=cmd|'/c calc'!A1", "web1", "hard", ""),
        ("web1", "shop", "member", "'@web"),
    ]
    assert rows[1]["group_required"] == "1.0"
    assert rows[1]["provider_state"] == "down"


def test_what_is_out_of_sight_is_left_out(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    for form in ("graphml", "json", "csv"):
        text = text_of(local_manager, form)
        assert "web1" not in text
        assert "hidden" not in text
        assert "shop" in text
    assert [(row["provider"], row["dependant"]) for row in rows_of(local_manager)] == [
        ("web2 <&>", "shop")
    ]


def test_who_may_count_gets_the_shape_without_names(callers: Callers, estate: Estate) -> None:
    body = callers.outsider.send("GET", "/graph.json").get_json()
    told = sorted((node.get("name", ""), node["kind"]) for node in body["nodes"])
    assert told == [("", "group"), *[("", "hidden")] * 3, ("web1", "item")]
    numbers = {str(node["id"]) for node in body["nodes"]}
    assert str(estate.shop) not in numbers
    assert len(body["edges"]) == 4


def test_a_failure_out_of_sight_or_unknown_is_refused(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    for failed in (estate.web1, 4711):
        query = {"failed": [failed]}
        refused(local_manager.send("GET", "/graph.csv", query_string=query), 404)
    bad = callers.admin.send("GET", "/graph.csv", query_string={"failed": "x"})
    assert refused(bad, 422).keys() == {"failed.0"}


def test_what_takes_no_part_writes_an_empty_graph(callers: Callers, estate: Estate) -> None:
    gone = callers.admin.create("gone", stage="retired")
    assert rows_of(callers.admin, failed=[gone]) == []
