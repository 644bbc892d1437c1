"""What was done, by whom and to what: the record of acts in the reader's words."""

from collections.abc import Mapping
from typing import Any

from web.presenters.reader import Reader

#: Kinds of subjects that have a page: to its endpoint and the name of its number there.
_PAGES: Mapping[str, tuple[str, str]] = {
    "person": ("people.show", "person_id"),
    "group": ("groups.show", "group_id"),
    "item": ("items.show", "item_id"),
    "directory": ("directories.show", "directory_id"),
    "agent": ("agents.show", "agent_id"),
}


def act_text(act: str, reader: Reader) -> str:
    """Return the name of an act; an act we do not know stands for itself."""
    return _sign_ins(reader).get(act) or _rights(reader).get(act) or _systems(reader).get(act, act)


def _sign_ins(reader: Reader) -> dict[str, str]:
    return {
        "signed_in": reader.gettext("signed in"),
        "signed_out": reader.gettext("signed out"),
        "sign_in_locked": reader.gettext("sign-in locked after too many attempts"),
        "password_changed": reader.gettext("changed a password"),
        "password_reset": reader.gettext("made a one-time password"),
        "login_given": reader.gettext("gave a log-in"),
        "login_closed": reader.gettext("closed a log-in"),
        "login_opened": reader.gettext("opened a log-in again"),
        "person_deactivated": reader.gettext("deactivated somebody"),
        "person_reactivated": reader.gettext("activated somebody again"),
    }


def _rights(reader: Reader) -> dict[str, str]:
    return {
        "role_created": reader.gettext("made a role"),
        "role_changed": reader.gettext("changed a role"),
        "role_granted": reader.gettext("gave a role"),
        "role_withdrawn": reader.gettext("took a role back"),
        "member_added": reader.gettext("put somebody into a group"),
        "member_removed": reader.gettext("took somebody out of a group"),
        "group_changed": reader.gettext("switched a group on or off"),
        "token_created": reader.gettext("made an API token"),
        "token_revoked": reader.gettext("revoked an API token"),
        "organisation_created": reader.gettext("added an organisation"),
        "administrator_created": reader.gettext("made the first administrator"),
        "change_approval_requested": reader.gettext("asked for approval of a change"),
        "change_approved": reader.gettext("approved a change"),
        "change_rejected": reader.gettext("rejected a change"),
    }


def _systems(reader: Reader) -> dict[str, str]:
    return {
        "agent.admitted": reader.gettext("admitted an agent of another maker"),
        "agent.revoked": reader.gettext("revoked an agent"),
        "inventory_source.closed": reader.gettext("closed a source of foreign agents"),
        "inventory_source.created": reader.gettext("opened a source of foreign agents"),
        "waiting_sender.refused": reader.gettext("refused an agent of another maker"),
        "enrolment_token.created": reader.gettext("made an enrolment token"),
        "enrolment_token.revoked": reader.gettext("revoked an enrolment token"),
        "snmp_credential.created": reader.gettext("kept an SNMP credential"),
        "snmp_credential.deleted": reader.gettext("deleted an SNMP credential"),
        "identity.decided": reader.gettext("decided an identity"),
        "item.merged": reader.gettext("merged two items"),
        "item.merged.undone": reader.gettext("took a merge back"),
        "item.split": reader.gettext("split an item"),
        "item.split.undone": reader.gettext("took a split back"),
        "junk.added": reader.gettext("declared a value to identify nobody"),
        "junk.removed": reader.gettext("let a value identify again"),
        "derivation_rule.changed": reader.gettext("changed a rule of derivation"),
        "sla.changed": reader.gettext("changed service levels"),
        "desk_words.changed": reader.gettext("changed how the desk works"),
        "ticket_template.changed": reader.gettext("changed a template of tickets"),
        "ticket_template.removed": reader.gettext("took a template of tickets away"),
        "derivation_rule.withdrawn": reader.gettext("withdrew a rule of derivation"),
        "directory_created": reader.gettext("added a directory"),
        "directory_changed": reader.gettext("changed a directory"),
        "access_reviewed": reader.gettext("wrote down who may do what"),
        "directory_rule_added": reader.gettext("added a rule for groups"),
        "directory_rule_removed": reader.gettext("removed a rule for groups"),
        "second_factor_added": reader.gettext("switched a second factor on"),
        "second_factor_removed": reader.gettext("removed a second factor"),
        "directory_sync_finished": reader.gettext("synchronised a directory"),
        "directory_sync_held": reader.gettext("held a synchronisation back"),
        "directory_sync_failed": reader.gettext("failed to synchronise a directory"),
        "setup": reader.gettext("set the installation up"),
    }


def subject_page(subject: str) -> tuple[str, dict[str, int]] | None:
    """Return (endpoint, values) of the page of a subject "kind:number"; None when it has none.

    >>> subject_page("person:12")
    ('people.show', {'person_id': 12})
    """
    kind, _, number = subject.partition(":")
    if kind not in _PAGES or not (number.isascii() and number.isdigit()):
        return None
    endpoint, name = _PAGES[kind]
    return endpoint, {name: int(number)}


def detail_text(detail: Mapping[str, Any]) -> str:
    """Return what belongs to an act on one line; what says nothing is left out.

    >>> detail_text({"role": "reader", "person": 7, "group": None})
    'role reader, person 7'
    """
    return ", ".join(
        f"{name} {_plain(value)}" for name, value in detail.items() if value not in (None, "", [])
    )


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return str(value)
