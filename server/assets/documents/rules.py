"""When documents are to be reviewed, and what may be written of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cmdb.model.text import clean
from server.assets.rules.worth import months_after

KINDS = ("manual", "diagram", "runbook", "certificate", "policy", "contract", "photo", "other")
#: So many days before a review is due its owner is told, each once; 0: on the day, or late.
STEPS = (0, 7, 30)
#: A review once in more months than these is a slip of the hand.
MOST_MONTHS = 240
#: A document that is about more is about nothing.
MOST_SUBJECTS = 1000


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document as it is written down. What it is about stays as it was where None is given."""

    organisation_id: int
    title: str
    kind: str
    note: str = ""
    owner_id: int | None = None
    review_on: date | None = None
    review_months: int | None = None
    item_ids: Sequence[int] | None = None
    product_model_ids: Sequence[int] | None = None
    contract_ids: Sequence[int] | None = None


def review_step(review_on: date, today: date) -> int | None:
    """Return the step that has been reached, the gravest there is; None before all of them.

    >>> due = date(2026, 4, 30)
    >>> [review_step(due, date(2026, month, day)) for month, day in
    ...  ((3, 1), (4, 1), (4, 23), (4, 30), (7, 1))]
    [None, 30, 7, 0, 0]
    """
    left = (review_on - today).days
    return next((step for step in STEPS if left <= step), None)


def next_review(today: date, asked: date | None, months: int | None) -> date | None:
    """Return when the next review is due after one today: as asked, or by the document's rhythm.

    >>> next_review(date(2026, 1, 31), None, 1), next_review(date(2026, 1, 31), None, None)
    (datetime.date(2026, 2, 28), None)
    """
    if asked is not None or months is None:
        return asked
    return months_after(today, months)


def draft_problems(draft: DocumentDraft) -> dict[str, str]:
    """Return what is wrong with a draft by field, so far as it shows without looking anything up.

    >>> sorted(draft_problems(DocumentDraft(1, " ", "tale", review_months=0)))
    ['kind', 'review_months', 'title']
    """
    problems: dict[str, str] = {}
    if not 0 < len(clean(draft.title)) <= 255:
        problems["title"] = "must have 1 to 255 characters"
    if draft.kind not in KINDS:
        problems["kind"] = f"must be one of {', '.join(KINDS)}"
    if len(draft.note) > 5000:
        problems["note"] = "must not be longer than 5000"
    if draft.review_months is not None and not 0 < draft.review_months <= MOST_MONTHS:
        problems["review_months"] = f"must be from 1 to {MOST_MONTHS}"
    for name in ("item_ids", "product_model_ids", "contract_ids"):
        if len(getattr(draft, name) or ()) > MOST_SUBJECTS:
            problems[name] = f"must not name more than {MOST_SUBJECTS} items"
    return problems


def address_problem(url: str) -> str | None:
    """Return what is wrong with the address of a document; None when it may be followed.

    >>> address_problem("javascript:alert(1)"), address_problem("https://wiki.example/a")
    ('must begin with https:// or http://', None)
    """
    if not url.startswith(("https://", "http://")):
        return "must begin with https:// or http://"
    if len(url) > 2000 or any(char.isspace() or not char.isprintable() for char in url):
        return "must be an address without spaces of at most 2000 characters"
    return None
