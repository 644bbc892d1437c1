"""An offering as a value: what it is called, what its form asks, who approves, what is done."""

from collections.abc import Mapping
from dataclasses import dataclass

#: Language to text: {"en": ..., "es": ..., "ru": ...}.
Labels = Mapping[str, str]

STATES = ("draft", "published", "retired")
FIELD_TYPES = (
    "text",
    "long_text",
    "number",
    "date",
    "boolean",
    "choice",
    "choices",
    "item",
    "person",
    "file",
)
#: Types by whose value other fields may be shown.
DECIDING = ("boolean", "choice", "choices")
WHO = ("manager", "persons", "groups", "item_owner")
NEEDS = ("any", "all")
#: What a task comes after when it comes after nothing.
START = "start"
MOST_FIELDS, MOST_TASKS, MOST_STEPS = 60, 30, 5


@dataclass(frozen=True, slots=True)
class Condition:
    """When a field is shown: another field holds one of these values."""

    field: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class FormField:
    """A question of the form.

    ``class_code`` and ``mine`` narrow a field of type item: a class with those below it, and what
    is in the name of the person it is asked for.
    """

    code: str
    type: str
    labels: Labels
    help: Labels
    required: bool = False
    choices: Mapping[str, Labels] | None = None
    class_code: str = ""
    mine: bool = False
    shown_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """Who must agree before anything is done, and how many of them.

    ``field`` names the question whose item's owner is meant. Where nobody is found, the fallback
    group is asked.
    """

    who: str
    needs: str = "any"
    person_ids: tuple[int, ...] = ()
    group_ids: tuple[int, ...] = ()
    field: str = ""
    fallback_group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done once everybody agreed, by a group, after another task or at once.

    ``assign_item``: doing it names the item that was handed over.
    """

    code: str
    titles: Labels
    group_id: int | None = None
    after: str = START
    assign_item: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may ask for it: everyone, or whoever is in any of the groups or organisations."""

    everyone: bool = True
    group_ids: tuple[int, ...] = ()
    organisation_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Where it stands in the catalogue."""

    code: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class TicketWords:
    """What the ticket of an order says from the start; "" and None leave it to the desk."""

    category: str = ""
    group_id: int | None = None
    urgency: str = "medium"


@dataclass(frozen=True, slots=True)
class OfferingForm:
    """All of an offering."""

    names: Labels
    descriptions: Labels
    section: Section
    icon: str
    cost: Labels
    delivery: Labels
    audience: Audience
    fields: tuple[FormField, ...]
    approvals: tuple[ApprovalStep, ...]
    tasks: tuple[Task, ...]
    ticket: TicketWords

    def field(self, code: str) -> FormField | None:
        """Return the question of this code, if there is one."""
        return next((one for one in self.fields if one.code == code), None)
