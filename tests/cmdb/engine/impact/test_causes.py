"""Common causes: what one failure explains, ties said openly, several causes at once."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ItemNotInGraph, ListedGraph
from cmdb.engine.impact.causes import CauseOdds, CauseQuestion, CauseReport, soft_strength
from cmdb.engine.impact.compact.causing import CauseSearch
from cmdb.engine.impact.compact.sweep import SureSweep
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    SOME,
    EngineMaker,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
    soft,
)

both_engines = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


def ask(engine: ImpactEngine, symptoms: str, watched: str | None = None) -> CauseReport:
    listening = None if watched is None else np.array([letter(name) for name in watched])
    return engine.causes(CauseQuestion(tuple(map(letter, symptoms)), listening))


def names(report: CauseReport) -> list[tuple[str, int]]:
    return [(chr(cause.item), cause.rank) for cause in report.ranked]


@both_engines
def test_what_takes_all_symptoms_down_comes_before_what_takes_more(engine: EngineMaker) -> None:
    """A ──> B ──> C, D;  A ──> E, which is watched and well"""
    report = ask(engine(drawn(hard("AB", "BC", "BD", "AE"))), "CD", watched="CDE")
    assert names(report) == [("B", 1), ("A", 2)]
    best = report.ranked[0].evidence
    assert best.explains == {letter("C"): 1.0, letter("D"): 1.0}
    assert best.silent.tolist() == []
    assert report.ranked[1].evidence.silent.tolist() == [letter("E")]


@both_engines
def test_the_score_is_the_logarithm_of_how_much_likelier_the_picture_is(
    engine: EngineMaker,
) -> None:
    """A ──> B, C, D; B and C suffer, D does not"""
    report = ask(engine(drawn(hard("AB", "AC", "AD"))), "BC", watched="BCD")
    seen = 1 - (1 - 0.001) * (1 - 0.3)
    assert report.ranked[0].score == pytest.approx(2 * math.log(seen / 0.001) + math.log(0.7))


@both_engines
def test_redundancy_that_holds_exonerates(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> D, E: neither A nor B alone takes the two down"""
    report = ask(engine(drawn(hard("CD", "CE"), [group("AB", "C", 1)])), "DE", watched="DE")
    assert names(report) == [("C", 1)]


@both_engines
def test_a_soft_need_explains_more_weakly_and_fainter_with_every_step(engine: EngineMaker) -> None:
    """A ··> B ──> C ──> D, A ──> E; weight one half"""
    report = ask(engine(drawn([*hard("BC", "CD", "AE"), *soft("AB")])), "BCDE")
    cause = next(cause for cause in report.ranked if cause.item == letter("A"))
    strengths = {chr(item): strength for item, strength in cause.evidence.explains.items()}
    assert strengths == {"E": 1.0, "B": 0.25, "C": 0.125}


@both_engines
def test_what_cannot_be_told_apart_is_tied_with_the_check_that_would_tell(
    engine: EngineMaker,
) -> None:
    """A ──> B ──> C ──> D, E: nobody watches A, B and C"""
    report = ask(engine(drawn(hard("AB", "BC", "CD", "CE"))), "DE", watched="DE")
    assert names(report) == [("C", 1), ("B", 1), ("A", 1)]
    (tie,) = report.ties
    assert tie.check == letter("B")
    assert set(tie.if_down) == {letter("A"), letter("B")}


@both_engines
def test_items_that_take_each_other_down_cannot_be_told_apart(engine: EngineMaker) -> None:
    """A <──> B ──> C, D"""
    report = ask(engine(drawn(hard("AB", "BA", "BC", "BD"))), "CD", watched="CD")
    (tie,) = report.ties
    assert (tie.check, tie.if_down) == (None, ())


@both_engines
def test_a_recent_change_tips_the_balance(engine: EngineMaker) -> None:
    """A ──> B ──> C, D"""
    question = CauseQuestion(
        (letter("C"), letter("D")), np.array([letter("C"), letter("D")]), {letter("A"): 5.0}
    )
    report = engine(drawn(hard("AB", "BC", "BD"))).causes(question)
    assert names(report) == [("A", 1), ("B", 2)]
    assert report.ties == ()
    assert report.ranked[0].score - report.ranked[1].score == pytest.approx(math.log(5))


@both_engines
def test_two_causes_at_once_are_found_one_after_the_other(engine: EngineMaker) -> None:
    """A ──> B, C, D;  E ──> F, G;  H alone"""
    graph = drawn(hard("AB", "AC", "AD", "EF", "EG"), alone="H")
    report = ask(engine(graph), "BCDFGH", watched="BCDFGH")
    found = [(chr(one.item), "".join(map(chr, one.explains))) for one in report.together]
    assert found == [("A", "BCD"), ("E", "FG")]
    assert report.unexplained == (letter("H"),)


@both_engines
def test_one_symptom_has_causes_too(engine: EngineMaker) -> None:
    """A ──> B"""
    report = ask(engine(drawn(hard("AB"))), "B", watched="B")
    assert names(report) == [("B", 1), ("A", 1)]
    assert report.unexplained == ()


@both_engines
def test_without_symptoms_there_is_nothing_to_explain(engine: EngineMaker) -> None:
    report = ask(engine(drawn(hard("AB"))), "")
    assert (report.ranked, report.together, report.unexplained) == ((), (), ())


@both_engines
def test_a_symptom_outside_the_graph_is_refused(engine: EngineMaker) -> None:
    with pytest.raises(ItemNotInGraph, match="90"):
        ask(engine(drawn(hard("AB"))), "AZ")


@both_engines
def test_watched_items_and_priors_outside_the_graph_are_passed_over(engine: EngineMaker) -> None:
    question = CauseQuestion((letter("B"),), np.array([9_999, letter("B")]), {ItemId(9_998): 3.0})
    assert len(engine(drawn(hard("AB"))).causes(question).ranked) == 2


@pytest.mark.parametrize("times", [0, -1, float("nan"), float("inf")])
def test_a_prior_that_is_no_number_of_times_is_refused(times: float) -> None:
    with pytest.raises(ValueError, match="prior of item 7"):
        CauseQuestion((ItemId(7),), prior={ItemId(7): times})


@pytest.mark.parametrize("odds", [(0.3, 0.3), (1.0, 0.1), (0.3, 0.0)])
def test_odds_that_make_no_sense_are_refused(odds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="coincidence < shown"):
        CauseOdds(*odds)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        CauseQuestion((), limit=0)


def test_weights_beyond_one_count_as_one() -> None:
    assert soft_strength(7.0) == soft_strength(1.0)
    assert soft_strength(-1.0) == 0


def asked(question: Question, data: st.DataObject) -> CauseQuestion:
    items = st.sampled_from(question.graph.items)
    watched = data.draw(st.none() | st.sets(items).map(sorted))
    return CauseQuestion(
        tuple(data.draw(st.sets(items, max_size=8))),
        None if watched is None else np.array(watched, np.int64),
        data.draw(st.dictionaries(items, st.sampled_from([0.5, 2.0, 30.0]), max_size=3)),
        limit=data.draw(st.integers(1, 12)),
    )


def told(report: CauseReport) -> object:
    rows = [
        (one.item, one.rank, one.score, one.evidence.explains, one.evidence.silent.tolist())
        for one in report.ranked
    ]
    return rows, report.ties, report.together, report.unexplained


@SOME
@given(questions(), st.data())
def test_the_fast_search_equals_the_plain_one(question: Question, data: st.DataObject) -> None:
    """Graphs are smaller than the beam, so that the search must be complete."""
    asking = asked(question, data)
    plain = ReferenceEngine(question.graph).causes(asking)
    fast = PortableGraph.of(question.graph).causes(asking)
    assert told(fast) == told(plain)
    assert [one.share for one in fast.ranked] == [one.share for one in plain.ranked]


@SOME
@given(questions(), st.data())
def test_a_narrow_beam_may_overlook_but_says_nothing_false(
    question: Question, data: st.DataObject
) -> None:
    asking = replace(asked(question, data), limit=100)
    arrays = PortableGraph.of(question.graph).arrays
    narrow = CauseSearch(arrays, SureSweep(arrays), asking, beam=3).report()
    plain = ReferenceEngine(question.graph).causes(asking)
    scores = {one.item: one.score for one in plain.ranked}
    assert {one.item: one.score for one in narrow.ranked}.items() <= scores.items()


@SOME
@given(questions(), st.data())
def test_what_a_cause_is_said_to_explain_falls_or_degrades_with_it(
    question: Question, data: st.DataObject
) -> None:
    engine = PortableGraph.of(question.graph)
    report = engine.causes(asked(question, data))
    for cause in report.ranked:
        affected = set(engine.impact([cause.item]).ids.tolist())
        assert cause.evidence.explains.keys() <= affected
        assert set(cause.evidence.silent.tolist()) <= affected


def test_an_empty_graph_has_no_causes() -> None:
    for engine in ENGINES:
        assert engine(ListedGraph()).causes(CauseQuestion(())).ranked == ()
