"""Common causes by the book: every supplier of a symptom fails once, on paper, and is weighed.

One cascade for each candidate, O(V (V + E) log V) in all: the oracle of the fast search.
"""

import heapq
from collections.abc import Callable, Collection

import networkx as nx
import numpy as np

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.cause_ranking import best_of, cover, ranked, tie_of, tied
from cmdb.engine.impact.causes import (
    FAINTEST,
    SOFTENED,
    CauseQuestion,
    CauseReport,
    Evidence,
    soft_strength,
)
from cmdb.engine.impact.networks import Network

DownWith = Callable[[ItemId], Collection[ItemId]]
"""Everything that falls with one item, itself included."""


def find_causes(network: Network, down_with: DownWith, question: CauseQuestion) -> CauseReport:
    """See `ImpactEngine.causes`."""
    for item in question.symptoms:
        if item not in network:
            raise ItemNotInGraph(item)
    everyone = _suppliers(network, question)
    evidence = [_evidence(network, question, item, down_with(item)) for item in everyone]
    top = ranked(question, evidence)
    ties = tuple(
        tie_of(items, {item: frozenset(items).intersection(down_with(item)) for item in items})
        for items in tied(top)
    )
    together, left = cover(
        question, lambda explained, silent: best_of(question, evidence, explained, silent)
    )
    return CauseReport(question, top, ties, together, left)


def _suppliers(network: Network, question: CauseQuestion) -> list[ItemId]:
    """Everything upstream of a symptom, and the symptoms."""
    found = set(question.symptoms)
    for symptom in question.symptoms:
        found |= {ItemId(node) for node in nx.ancestors(network, symptom) if isinstance(node, int)}
    return sorted(found)


def _evidence(
    network: Network, question: CauseQuestion, item: ItemId, down: Collection[ItemId]
) -> Evidence:
    reached = {**_softly(network, down), **dict.fromkeys(down, 1.0)}
    watched = reached.keys() if question.watched is None else set(question.watched.tolist())
    silent = sorted((reached.keys() & watched) - set(question.symptoms))
    return Evidence(
        item,
        {symptom: reached[symptom] for symptom in question.symptoms if symptom in reached},
        np.array(silent, np.int64),
        np.array([reached[one] for one in silent], np.float64),
        len(down),
    )


def _softly(network: Network, down: Collection[ItemId]) -> dict[ItemId, float]:
    """Map what lies softly behind `down` to how strongly the failure shows there."""
    waiting = [
        (-soft_strength(edge["weight"]), ItemId(int(dependant)))
        for item in down
        for dependant, edge in network.adj[item].items()
        if edge["kind"] == "soft"
    ]
    heapq.heapify(waiting)
    strength: dict[ItemId, float] = {}
    while waiting and -waiting[0][0] >= FAINTEST:
        weight, item = heapq.heappop(waiting)
        if item not in down and item not in strength:
            strength[item] = -weight
            for dependant, edge in network.adj[item].items():
                if edge["kind"] == "hard":
                    heapq.heappush(waiting, (weight * SOFTENED, ItemId(int(dependant))))
    return strength
