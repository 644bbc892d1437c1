"""No cell of an export is a formula, and numbers stay numbers."""

import csv
import io
from typing import Any

import networkx as nx
import pytest

from server.items.impacts.exporting import export_text
from tests.immunity.conftest import corpus


@pytest.mark.parametrize("name", corpus("formulas"))
def test_a_name_that_begins_like_a_formula_is_quoted(name: str) -> None:
    network: nx.DiGraph[Any] = nx.DiGraph()
    network.add_node(1, kind="item", name=name, **{"class": name})
    network.add_node(2, kind="item", name="plain", **{"class": "server"})
    network.add_edge(1, 2, kind="hard", weight=-1)
    (row,) = csv.DictReader(io.StringIO(export_text(network, "csv")))
    assert row["provider"] == f"'{name}"
    assert row["provider_class"] == f"'{name}"
    assert (row["dependant"], row["weight"]) == ("plain", "-1")
