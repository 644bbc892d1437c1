"""Ways of being told, in the reader's words."""

import re

from web.presenters.reader import Reader

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def way_text(way: str, reader: Reader) -> str:
    """Return the name of a way in which mail comes."""
    words = {
        "at_once": reader.gettext("At once"),
        "digest": reader.gettext("Once a day, together"),
        "never": reader.gettext("Never; here alone"),
    }
    return words.get(way, way)


def kind_text(kind: str, reader: Reader) -> str:
    """Return what a kind of notification is about."""
    words = {
        "ticket_received": reader.gettext("What I reported has arrived"),
        "ticket_new": reader.gettext("Something is new for my group"),
        "ticket_assigned": reader.gettext("Something was assigned to me"),
        "ticket_answered": reader.gettext("Somebody wrote"),
        "ticket_moved": reader.gettext("Something I follow moved on"),
        "ticket_merged": reader.gettext("What I reported goes on in another ticket"),
        "ticket_handover": reader.gettext("Something was handed over to my group"),
        "ticket_passed_on": reader.gettext("Another group sees to what I reported"),
        "ticket_solved": reader.gettext("What I reported is solved"),
        "ticket_pressing": reader.gettext("What I work on became more pressing"),
        "followed_ticket": reader.gettext("A ticket is about an item I follow"),
        "followed_solved": reader.gettext("A ticket about an item I follow is solved"),
        "item_retired": reader.gettext("An item I follow was retired"),
        "item_back": reader.gettext("An item I follow is back from retirement"),
        "item_silent": reader.gettext("An item I follow is not seen any more"),
        "item_heard": reader.gettext("An item I follow is seen again"),
        "on_call": reader.gettext("An alarm went off while I am on call"),
        "item_hit": reader.gettext("An item I own is affected"),
        "announcement": reader.gettext("Planned work and outages of what I use"),
        "announcement_news": reader.gettext("How announced work and outages go on"),
        "announcement_over": reader.gettext("Announced work or an outage is over"),
        "attestation_asked": reader.gettext("I am asked to confirm my items"),
        "attestation_overdue": reader.gettext("Confirmations of items are overdue"),
        "contract_ends": reader.gettext("A contract of an item of mine ends"),
        "warranty_ends": reader.gettext("The warranty of an item of mine ends"),
        "document_review": reader.gettext("A document that I keep is to be reviewed"),
        "item_given": reader.gettext("An item was given to me"),
        "item_declined": reader.gettext("Somebody does not have what I gave them"),
        "emergency": reader.gettext("Somebody declared an emergency"),
        "backup_late": reader.gettext("The last backup is too old"),
        "change_moved": reader.gettext("A change of what I follow is decided, begun or over"),
        "change_verified": reader.gettext("A change was held against what was found"),
        "change_handed": reader.gettext("I am asked to write a plan into the register"),
        "change_held": reader.gettext("A change of mine did not begin by itself"),
        "change_unauthorized": reader.gettext("Something changed without approval"),
        "order_approval": reader.gettext("An order waits for my approval"),
        "order_reminder": reader.gettext("An order still waits for my approval"),
        "order_held": reader.gettext("Nobody was found who could approve an order"),
        "order_task": reader.gettext("A task of an order is my group's"),
        "view_entered": reader.gettext("Something entered a view that I watch"),
        "clock_reached": reader.gettext("A promise runs out"),
        "group_clock_reached": reader.gettext("The time of my group for a ticket runs out"),
        "supplier_clock_reached": reader.gettext("The time of a supplier for a ticket runs out"),
        "group_answer_reached": reader.gettext("The time for a first answer of my group runs out"),
        "supplier_answer_reached": reader.gettext(
            "The time for a first answer of a supplier runs out"
        ),
        "service_level_near": reader.gettext("A promise about a service runs out"),
        "service_level_missed": reader.gettext("A promise about a service is missed"),
    }
    return words.get(kind, kind)


def minute_of(text: str) -> int | None:
    """Return the minute of the day that somebody typed; None for anything else.

    >>> minute_of("07:30"), minute_of("24:00"), minute_of("")
    (450, None, None)
    """
    found = _TIME.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def minute_text(minute: int | None) -> str:
    """Return a minute of the day as it is typed; nothing for none."""
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
