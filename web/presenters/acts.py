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
    "roster": ("rosters.show", "roster_id"),
    "identity_provider": ("providers.edit", "identity_provider_id"),
    "agent": ("agents.show", "agent_id"),
}


def act_text(act: str, reader: Reader) -> str:
    """Return the name of an act; an act we do not know stands for itself."""
    for words in (_sign_ins, _rights, _changes, _register):
        found = words(reader).get(act)
        if found is not None:
            return found
    return _systems(reader).get(act, act)


def _sign_ins(reader: Reader) -> dict[str, str]:
    return {
        "signed_in": reader.gettext("signed in"),
        "provider_sign_in_refused": reader.gettext("refused what an identity provider said"),
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
        "emergency_taken": reader.gettext("declared an emergency"),
        "emergency_ended": reader.gettext("ended an emergency"),
        "emergency_reviewed": reader.gettext("reviewed an emergency"),
        "role_created": reader.gettext("made a role"),
        "role_changed": reader.gettext("changed a role"),
        "role_granted": reader.gettext("gave a role"),
        "role_withdrawn": reader.gettext("took a role back"),
        "member_added": reader.gettext("put somebody into a group"),
        "member_removed": reader.gettext("took somebody out of a group"),
        "group_changed": reader.gettext("switched a group on or off"),
        "roster_created": reader.gettext("added a personnel list"),
        "roster_changed": reader.gettext("changed a personnel list"),
        "roster_delivered": reader.gettext("delivered a personnel list"),
        "roster_confirmed": reader.gettext("had a personnel list carried out all the same"),
        "roster_finished": reader.gettext("carried a personnel list out"),
        "roster_held": reader.gettext("held a personnel list back"),
        "roster_failed": reader.gettext("could not carry a personnel list out"),
        "token_created": reader.gettext("made an API token"),
        "token_revoked": reader.gettext("revoked an API token"),
        "organisation_created": reader.gettext("added an organisation"),
        "administrator_created": reader.gettext("made the first administrator"),
    }


def _changes(reader: Reader) -> dict[str, str]:
    return {
        "baseline_taken": reader.gettext("kept a baseline"),
        "baseline_dropped": reader.gettext("forgot a baseline"),
        "history_sealed": reader.gettext("sealed a range of history"),
        "history_deleted": reader.gettext("let a range of history go"),
        "retention_set": reader.gettext("decided how long history is kept"),
        "attestation_started": reader.gettext("asked owners to confirm items"),
        "attestation_closed": reader.gettext("ended a campaign of confirmations"),
        "attested": reader.gettext("answered whether an item is right"),
        "change_approval_requested": reader.gettext("asked for approval of a change"),
        "change_approved": reader.gettext("approved a change"),
        "change_rejected": reader.gettext("rejected a change"),
        "change_approvals_voided": reader.gettext("voided the approvals of a change"),
        "change_approval_overdue": reader.gettext("found an approval overdue"),
        "change_applied": reader.gettext("wrote what was planned into the register"),
        "change_application_handed": reader.gettext("handed over writing a plan into the register"),
        "change_verified": reader.gettext("compared a change with reality"),
        "change_template_approved": reader.gettext("approved a template of changes"),
        "change_template_retired": reader.gettext("retired a template of changes"),
        "change_watch_added": reader.gettext("began to watch changes"),
        "change_watch_removed": reader.gettext("ceased to watch changes"),
        "approval_rule_added": reader.gettext("added a rule of approval"),
        "approval_rule_removed": reader.gettext("removed a rule of approval"),
        "approval_deputy_named": reader.gettext("named a deputy"),
        "approval_deputy_dismissed": reader.gettext("dismissed a deputy"),
        "board_meeting_closed": reader.gettext("closed the minutes of a board meeting"),
        "calendar_feed_opened": reader.gettext("opened a calendar feed"),
        "calendar_feed_revoked": reader.gettext("revoked a calendar feed"),
        "release_drafted": reader.gettext("began a release"),
        "release_edited": reader.gettext("edited a release"),
        "release_removed": reader.gettext("took a release away"),
        "freeze_added": reader.gettext("declared a freeze"),
        "freeze_suspended": reader.gettext("lifted a freeze"),
        "maintenance_added": reader.gettext("opened a maintenance window"),
        "maintenance_suspended": reader.gettext("closed a maintenance window"),
        "unauthorized_accepted": reader.gettext("accepted an unauthorized change"),
        "unauthorized_rolled_back": reader.gettext("had an unauthorized change rolled back"),
    }


def _register(reader: Reader) -> dict[str, str]:
    return {
        "items.edited": reader.gettext("edited many items"),
        "product_model.written": reader.gettext("wrote a product model down"),
        "item.model_chosen": reader.gettext("chose the model of an item"),
        "supplier.written": reader.gettext("wrote a supplier down"),
        "contract.written": reader.gettext("wrote a contract down"),
        "contract.deleted": reader.gettext("let a contract go"),
        "document.written": reader.gettext("wrote a document down"),
        "document.version_added": reader.gettext("added a version to a document"),
        "document.reviewed": reader.gettext("reviewed a document"),
        "document.forgotten": reader.gettext("let a document go"),
        "item.purchase_written": reader.gettext("said how an item was bought"),
        "item.purchase_forgotten": reader.gettext("forgot how an item was bought"),
        "item.given": reader.gettext("gave somebody an item"),
        "item.accepted": reader.gettext("confirmed to have an item"),
        "item.declined": reader.gettext("declined an item"),
        "item.taken_back": reader.gettext("took an item back"),
        "stock.written": reader.gettext("wrote a consumable down"),
        "licence.written": reader.gettext("wrote a licence down"),
        "licence.forgotten": reader.gettext("let a licence go"),
        "licence.entitled": reader.gettext("wrote down that licences were bought"),
        "licence.entitlement_removed": reader.gettext("took back that licences were bought"),
        "model.changed": reader.gettext("changed the class model"),
        "exported": reader.gettext("saved a list"),
        "import.started": reader.gettext("started an import"),
        "import.undone": reader.gettext("took an import back"),
        "advisories.imported": reader.gettext("brought a file of advisories"),
        "scan_range.created": reader.gettext("added a range to sweep"),
        "scan_range.edited": reader.gettext("edited a range to sweep"),
        "scan_range.deleted": reader.gettext("deleted a range to sweep"),
    }


def _systems(reader: Reader) -> dict[str, str]:
    return {
        "agent.admitted": reader.gettext("admitted an agent of another maker"),
        "agent.revoked": reader.gettext("revoked an agent"),
        "agent.wanted": reader.gettext("asked an agent to report"),
        "agents.wanted": reader.gettext("asked many agents to report"),
        "inventory_source.closed": reader.gettext("closed a source of foreign agents"),
        "inventory_source.created": reader.gettext("opened a source of foreign agents"),
        "waiting_sender.refused": reader.gettext("refused an agent of another maker"),
        "enrolment_token.created": reader.gettext("made an enrolment token"),
        "enrolment_token.revoked": reader.gettext("revoked an enrolment token"),
        "collector.created": reader.gettext("named a collector"),
        "collector.token_made": reader.gettext("made a token for a collector"),
        "collector.revoked": reader.gettext("revoked a collector"),
        "snmp_credential.created": reader.gettext("kept an SNMP credential"),
        "snmp_credential.deleted": reader.gettext("deleted an SNMP credential"),
        "identity.decided": reader.gettext("decided an identity"),
        "item.merged": reader.gettext("merged two items"),
        "item.merged.undone": reader.gettext("took a merge back"),
        "item.split": reader.gettext("split an item"),
        "item.split.undone": reader.gettext("took a split back"),
        "junk.added": reader.gettext("declared a value to identify nobody"),
        "junk.removed": reader.gettext("let a value identify again"),
        "junk.exempted": reader.gettext("took a value off a shipped list of junk"),
        "junk.restored": reader.gettext("put a value back on its shipped list of junk"),
        "derivation_rule.changed": reader.gettext("changed a rule of derivation"),
        "sla.changed": reader.gettext("changed service levels"),
        "major_incident.changed": reader.gettext("changed how a major incident is run"),
        "availability.corrected": reader.gettext("corrected an outage"),
        "knowledge.written": reader.gettext("wrote an article"),
        "announcement.published": reader.gettext("published an announcement"),
        "announcement.ended": reader.gettext("ended an announcement"),
        "announcement.withdrawn": reader.gettext("withdrew an announcement"),
        "offering.written": reader.gettext("wrote an offering of the catalogue"),
        "offering.published": reader.gettext("published an offering"),
        "offering.retired": reader.gettext("retired an offering"),
        "offering.removed": reader.gettext("took a draft out of the catalogue"),
        "order.approved": reader.gettext("agreed to an order"),
        "order.rejected": reader.gettext("refused an order"),
        "order.withdrawn": reader.gettext("took an order back"),
        "ticket_macro.changed": reader.gettext("changed a macro"),
        "ticket_macro.removed": reader.gettext("took a macro away"),
        "ticket_schedule.changed": reader.gettext("changed a schedule of tickets"),
        "ticket_schedule.removed": reader.gettext("took a schedule of tickets away"),
        "alarm_rule.changed": reader.gettext("changed a rule of alarms"),
        "alarm_rule.removed": reader.gettext("removed a rule of alarms"),
        "routing_rule.changed": reader.gettext("changed a rule of routing"),
        "routing_rule.removed": reader.gettext("removed a rule of routing"),
        "routing_rule.ordered": reader.gettext("changed the order of routing rules"),
        "skill.changed": reader.gettext("added or named a skill"),
        "skill.removed": reader.gettext("removed a skill"),
        "person_skills.changed": reader.gettext("said what somebody is able to do"),
        "shift.changed": reader.gettext("wrote a shift"),
        "shift.removed": reader.gettext("removed a shift"),
        "on_call.changed": reader.gettext("said who takes turns at being on call"),
        "on_call.removed": reader.gettext("ended the turns at being on call"),
        "on_call.stand_in": reader.gettext("let somebody stand in for being on call"),
        "on_call.stand_in_removed": reader.gettext("took back a stand-in for being on call"),
        "desk_group.changed": reader.gettext("changed how a group works on tickets"),
        "desk_words.changed": reader.gettext("changed how the desk works"),
        "ticket_template.changed": reader.gettext("changed a template of tickets"),
        "ticket_template.removed": reader.gettext("took a template of tickets away"),
        "derivation_rule.withdrawn": reader.gettext("withdrew a rule of derivation"),
        "directory_created": reader.gettext("added a directory"),
        "directory_changed": reader.gettext("changed a directory"),
        "mailbox_created": reader.gettext("connected a mailbox"),
        "mailbox_changed": reader.gettext("changed a mailbox"),
        "mailbox_removed": reader.gettext("removed a mailbox"),
        "letter_taken": reader.gettext("opened a ticket of a letter"),
        "letter_joined": reader.gettext("joined a letter to a ticket"),
        "letter_dropped": reader.gettext("dropped a letter"),
        "identity_provider_created": reader.gettext("added an identity provider"),
        "identity_provider_changed": reader.gettext("changed an identity provider"),
        "identity_provider_removed": reader.gettext("removed an identity provider"),
        "identity_linked": reader.gettext("linked an account from elsewhere"),
        "identity_unlinked": reader.gettext("ended a link to an account elsewhere"),
        "secrets_rotated": reader.gettext("changed the key of sealed secrets"),
        "access_reviewed": reader.gettext("wrote down who may do what"),
        "directory_rule_added": reader.gettext("added a rule for groups"),
        "directory_rule_removed": reader.gettext("removed a rule for groups"),
        "passkey_added": reader.gettext("added a passkey"),
        "passkey_renamed": reader.gettext("renamed a passkey"),
        "passkey_removed": reader.gettext("removed a passkey"),
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
