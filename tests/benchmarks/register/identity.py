"""Identity on a seeded estate with the field's faults: precision, recall, share in review.

Precision is right automatic matches of all automatic matches; recall is right automatic matches of
all reports of machines already known. Right is a match with an item that the machine the report is
truly about was the first to be seen as. A machine that becomes a second item costs recall, and is
told as a figure of its own.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmdb.engine.identity import normalise
from cmdb.inventory.door import BATCH, Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import DESKTOP, LAPTOP, SERVER, VIRTUAL_MACHINE, IdentifierKind, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.organisations import create_organisation
from tests.benchmarks.figures import note, tell
from tests.benchmarks.register.faults import reports, strike_at_birth, strike_between_rounds
from tests.benchmarks.register.glpi import RuleOrder
from tests.benchmarks.register.machines import ORGANISATIONS, Sighting, draw_estate
from tests.support.databases import prepare_schema

MACHINES = 100_000
_ROUNDS = 3
_BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_GAP = timedelta(hours=26)
_CLASSES = {"laptop": LAPTOP, "desktop": DESKTOP, "guest": VIRTUAL_MACHINE}


@dataclass
class Score:
    """Counts of one way of deciding."""

    right: int = 0
    wrong: int = 0
    known: int = 0
    reviews: int = 0
    reports: int = 0
    items: int = 0
    seconds: float = 0.0
    doubles: int = 0
    #: item -> the machine that it was made for
    owners: dict[int, int] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    mistakes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Return right automatic matches of all automatic matches."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Return right automatic matches of all reports of known machines."""
        return self.right / max(self.known, 1)

    @property
    def review_share(self) -> float:
        """Return which share of all reports waits for a person."""
        return self.reviews / max(self.reports, 1)

    def note_match(self, seen: Sighting, item: int) -> None:
        """Count an automatic match."""
        self._note(seen)
        if self.owners.get(item) == seen.machine:
            self.right += 1
        else:
            self.wrong += 1
            self.mistakes.append(f"{seen.source} of {seen.machine} matched item {item}")

    def note_new(self, seen: Sighting, item: int) -> None:
        """Count a report that made an item."""
        self._note(seen)
        self.items += 1
        if seen.machine in self.met:
            self.doubles += 1
            self.mistakes.append(f"{seen.source} of {seen.machine} made item {item} again")
        self.met.add(seen.machine)
        self.owners[item] = seen.machine

    def note_review(self, seen: Sighting, why: str) -> None:
        """Count a report that waits for a person."""
        self._note(seen)
        self.reviews += 1
        self.mistakes.append(f"{seen.source} of {seen.machine} waits: {why}")

    def _note(self, seen: Sighting) -> None:
        self.reports += 1
        self.known += seen.machine in self.met


def measure_identity(machines: int = MACHINES) -> None:
    """Tell the figures of the door, and of GLPI's rule order on the same reports."""
    ours, theirs = score_identity(machines)
    setting = f"{machines} machines, {ours.reports} reports in {_ROUNDS} rounds, SQLite"
    for figure, value, target, met in (
        ("precision", ours.precision, "at least 99.99", ours.precision >= 0.9999),
        ("recall", ours.recall, "at least 99.5", ours.recall >= 0.995),
        ("share in review", ours.review_share, "at most 0.5", ours.review_share <= 0.005),
    ):
        tell(f"identity, {figure}", 100 * value, "%", target, met=met, setting=setting)
    for figure, value in (("precision", theirs.precision), ("recall", theirs.recall)):
        baseline = "GLPI's rule order, same reports"
        what = f"identity, {figure} of the baseline"
        tell(what, 100 * value, "%", "none", met=True, setting=baseline)
    for figure, score in (("ours", ours), ("of the baseline", theirs)):
        what = f"identity, machines made twice, {figure}"
        tell(what, score.doubles, "", "none", met=True, setting=setting)
    rate = ours.reports / ours.seconds
    tell("identity, through the door", rate, "reports/s", "none", met=True, setting=setting)


def score_identity(machines: int, seed: int = 1) -> tuple[Score, Score]:
    """Return the scores of the door and of the baseline."""
    ours, theirs = Score(), Score()
    rules = RuleOrder()
    estate = draw_estate(machines, seed)
    strike_at_birth(estate)
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        door = _Door(f"sqlite:///{Path(folder) / 'identity.sqlite'}")
        for number in range(_ROUNDS):
            if number == 1:
                strike_between_rounds(estate)
            round_of = list(reports(estate))
            families = {m.number: m.family for m in estate.machines}
            note(f"round {number + 1}: {len(round_of)} reports")
            started = time.perf_counter()
            for part in _parts(round_of):
                door.take(part, families, _BEGIN + number * _GAP, ours)
            ours.seconds += time.perf_counter() - started
            _ask_baseline(rules, round_of, theirs)
        door.close()
    note(f"faults: {estate.faults}")
    return ours, theirs


def _parts(seen: Sequence[Sighting]) -> Iterator[Sequence[Sighting]]:
    for offset in range(0, len(seen), BATCH):
        yield seen[offset : offset + BATCH]


class _Door:
    """A register with the organisations of the estate."""

    def __init__(self, url: str) -> None:
        prepare_schema(url)
        self._database = Database(url)
        with self._database.writing() as session:
            root = create_organisation(session, None, "root", "Root", utc_now())
            self._organisations = [
                create_organisation(session, root, f"org-{n}", f"Org {n}", utc_now()).id
                for n in range(ORGANISATIONS)
            ]

    def take(
        self, part: Sequence[Sighting], families: dict[int, str], now: datetime, score: Score
    ) -> None:
        """Record a batch and note what became of each report."""
        observations = [self._observe(seen, families[seen.machine], now) for seen in part]
        with self._database.writing() as session:
            results = Inventory(session, now).record_many(observations)
        for seen, result in zip(part, results, strict=True):
            _note(score, seen, result)

    def _observe(self, seen: Sighting, family: str, now: datetime) -> Observation:
        found = (normalise(IdentifierKind(k), raw, vendor) for k, raw, vendor in seen.claims)
        name = next(value for kind, value, _ in seen.claims if kind == "name")
        return Observation(
            origin=Origin(SourceCode(seen.source), seen.key),
            class_code=_CLASSES.get(family, SERVER),
            organisation_id=self._organisations[seen.organisation],
            observed_at=now,
            identifiers=tuple(dict.fromkeys(i for i in found if i is not None)),
            values={"name": name},
        )

    def close(self) -> None:
        """Let go of the database."""
        self._database.dispose()


def _note(score: Score, seen: Sighting, result: Recorded) -> None:
    if result.outcome is Outcome.REVIEW:
        score.note_review(seen, result.detail)
    elif result.outcome is Outcome.CREATED:
        score.note_new(seen, result.item_id or 0)
    else:
        score.note_match(seen, result.item_id or 0)


def _ask_baseline(rules: RuleOrder, seen: Iterable[Sighting], score: Score) -> None:
    for one in seen:
        answer = rules.take(one)
        if answer is None:
            score.note_review(one, "refused")
        elif answer[1]:
            score.note_new(one, answer[0])
        else:
            score.note_match(one, answer[0])
