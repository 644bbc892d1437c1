from tests.web.presenters.readers import reader
from web.presenters.maps import MapEdge, MapGraph, MapGroup, MapNode


def _node(name: str, state: str = "up") -> MapNode:
    return MapNode(name, name, "Server", state, f"/items/{name}")


def test_a_state_reaches_the_map_as_shape_word_and_colour() -> None:
    (node,) = MapGraph((_node("db", "at_risk"),)).as_json(reader())["nodes"]
    assert (node["shape"], node["word"], node["css"]) == ("◐", "at risk", "at-risk")


def test_a_state_nobody_knows_is_never_shown_as_up() -> None:
    (node,) = MapGraph((_node("db", "sleeping"),)).as_json(reader())["nodes"]
    assert node["word"] == "unknown"


def test_edges_and_groups_that_lead_off_the_map_are_left_out() -> None:
    #  app ──> db      app ──[ db, gone ]      gone is not on the map
    graph = MapGraph(
        (_node("app"), _node("db")),
        (MapEdge("1", "app", "db", "connects to"), MapEdge("2", "app", "gone", "connects to")),
        (
            MapGroup("g", "app", "pool", 1, ("db", "gone"), 2, "up"),
            MapGroup("h", "gone", "pool", 1, ("db",), 1, "up"),
        ),
    )
    drawn = graph.as_json(reader())
    assert [edge["id"] for edge in drawn["edges"]] == ["1"]
    (group,) = drawn["groups"]
    assert group["members"] == ["db"]
    assert group["label"] == "1 of 2"
    assert group["note"] == "needs 1 of 2, 2 up"


def test_a_hostile_name_reaches_the_map_harmless() -> None:
    name = "db\N{RIGHT-TO-LEFT OVERRIDE}x"
    (node,) = MapGraph((MapNode("1", name, "Server", "up"),)).as_json(reader())["nodes"]
    assert node["name"] == "db�x"
