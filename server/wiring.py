"""All there is, in five tables: BLUEPRINTS, DOORS, REACTIONS, JOBS and LENT.

A feature is not registered by being imported; it is registered by standing here.
"""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint as Door
from flask_smorest import Blueprint

from server.assets.api import assets
from server.assets.custody.api import custody
from server.assets.documents.api import documents
from server.assets.documents.searching import INDEX_DOCUMENTS, run_document_indexing
from server.assets.jobs import ALARM_CONTRACTS, run_alarms
from server.assets.licences.api import licences
from server.assets.licences.matching import MATCH_LICENCES, run_licence_matching
from server.assets.products.api import products
from server.assets.products.linking import LINK_MODELS, run_linking
from server.assets.products.queries import FAILURES
from server.assets.purchases.api import purchases
from server.assets.queries import contracts_reached
from server.assets.stock.api import stock
from server.desk.alarms.api import alarms
from server.desk.alarms.events import AlarmRaised
from server.desk.alarms.jobs import SURVEY, WATCH, run_survey, run_watch
from server.desk.alarms.reactions import call_out
from server.desk.announcements.api import announcements
from server.desk.announcements.jobs import TELL, run_telling
from server.desk.availability.api import availability
from server.desk.availability.events import AvailabilityReached
from server.desk.availability.jobs import WATCH_AVAILABILITY, watch_availability
from server.desk.availability.reactions import keep_service_outages, tell_availability
from server.desk.catalogue.api import DESK_WORDS, catalogue
from server.desk.changes.api import changes
from server.desk.changes.events import (
    ApplicationHanded,
    ApprovalDecided,
    ApprovalOverdue,
    ApprovalRequested,
    ChangeDrafted,
    ChangeEdited,
    ChangeHeld,
    ChangeMoved,
    ChangeVerified,
    DifferencesApplied,
    IncidentLinked,
    UnauthorizedFound,
)
from server.desk.changes.jobs import INVITE, TEND, run_invitations, run_tending
from server.desk.changes.queries.upstream import changes_upstream
from server.desk.changes.reactions import (
    blame_changes,
    invite_approvers,
    note_applied,
    note_change_edit,
    note_change_move,
    note_decision,
    note_draft,
    note_handing,
    note_hold,
    note_incident,
    note_overdue,
    note_request,
    note_verification,
    tell_change_move,
    tell_handing,
    tell_hold,
    tell_unauthorized,
    tell_verification,
)
from server.desk.changes.reactions.announcing import end_announcements
from server.desk.knowledge.api import knowledge
from server.desk.mail.api import mail
from server.desk.mail.jobs import FORGET as FORGET_LETTERS
from server.desk.mail.jobs import LOOK as LOOK_AT_MAILBOX
from server.desk.mail.jobs import LOOK_ALL as LOOK_AT_MAILBOXES
from server.desk.mail.jobs import run_forgetting, run_look, run_looks
from server.desk.mail.queries.letters import kept_letters
from server.desk.mail.queries.mailboxes import answers_to
from server.desk.ordering.api import ordering
from server.desk.ordering.jobs import REMIND, run_reminding
from server.desk.ordering.queries.words import strange_words
from server.desk.ordering.reactions import follow_ticket, release_next
from server.desk.problems.api import problems
from server.desk.problems.reactions import end_major
from server.desk.routines.api import routines
from server.desk.routines.jobs import OPEN_DUE, run_opening
from server.desk.sla.events import ClockReached
from server.desk.tickets.api import tickets
from server.desk.tickets.events import (
    EntryAdded,
    ItemsAffected,
    TicketAssigned,
    TicketEdited,
    TicketHandedOver,
    TicketMoved,
    TicketNoted,
    TicketOpened,
    TicketReassessed,
)
from server.desk.tickets.jobs import (
    CHECK,
    COMPARE,
    COMPARE_OLD,
    INDEX_TICKETS,
    PASS_ON,
    REASSESS,
    RECKON,
    SWEEP_CLOCKS,
    TIDY_FILES,
    run_check,
    run_comparing,
    run_comparing_old,
    run_passing_on,
    run_reassessment,
    run_reckoning,
    run_ticket_indexing,
    run_tidying,
)
from server.desk.tickets.jobs import run_sweep as run_clock_sweep
from server.desk.tickets.queries.failing import failures_among
from server.desk.tickets.queries.kept import TICKET_VIEWS
from server.desk.tickets.queries.promising import promises_about
from server.desk.tickets.reactions.drifting import open_follow_up
from server.desk.tickets.reactions.following import tell_followers, tell_followers_solved
from server.desk.tickets.reactions.indexing import find_entry, find_moved_ticket, find_ticket_anew
from server.desk.tickets.reactions.likening import compare_anew
from server.desk.tickets.reactions.noting import (
    accept_on_move,
    keep_accepted,
    keep_time,
    note_assignment,
    note_edit,
    note_handover,
    note_happening,
    note_items,
    note_level,
    note_move,
    note_opening,
    note_reassessment,
)
from server.desk.tickets.reactions.reaching import keep_check, keep_report
from server.desk.tickets.reactions.telling import (
    tell_assignment,
    tell_entry,
    tell_file,
    tell_handover,
    tell_level,
    tell_move,
    tell_opening,
    tell_reassessment,
)
from server.desk.workspace.api import workspace
from server.foundation.backup.jobs import MAKE_BACKUP, run_backup
from server.foundation.events import Reactions
from server.foundation.jobs.handler import JobHandler, Jobs
from server.foundation.jobs.housekeeping import forget_old_jobs
from server.foundation.statistics import KEEP_STATISTICS, keep_statistics
from server.imports.actions import RUN_IMPORT, UNDO_IMPORT
from server.imports.api import imports
from server.imports.jobs import run_import, undo_import
from server.items.advisories.api import advisories
from server.items.advisories.jobs import MATCH, run_matching
from server.items.api import items, relations
from server.items.deriving.api import derivation
from server.items.deriving.changing import DERIVE
from server.items.deriving.jobs import run_derivation
from server.items.directory_computers_api import directory_computers
from server.items.events import ItemsReported, WantedReportCame
from server.items.following.api import following
from server.items.following.jobs import WATCH_ITEMS, watch_items
from server.items.foreign.api import inventory_sources
from server.items.foreign.endpoint import inventory
from server.items.health.api import health
from server.items.health.jobs import (
    ATTEND_CAMPAIGNS,
    MEASURE_HEALTH,
    attend_campaigns,
    run_measurement,
)
from server.items.identity.api import identity
from server.items.impacts.api import impacts
from server.items.impacts.hints import CHANGES
from server.items.impacts.jobs import SWEEP_IMPACT, run_sweep
from server.items.impacts.levels import PROMISES
from server.items.impacts.reaching import CONTRACTS
from server.items.intake_api import intake
from server.items.leavers_api import leavers
from server.items.listing.api import listing
from server.items.listing.jobs import WATCH_VIEWS, view_watcher
from server.items.listing.views import ITEM_VIEWS
from server.items.modelling.api import modelling
from server.items.modelling.changing import REKEY
from server.items.modelling.jobs import rekey_items
from server.items.past.api import past
from server.items.past.drifting import WATCH_BASELINES, BaselineLeft, watch_baselines
from server.items.past.sealing import RETAIN_HISTORY, SEAL_HISTORY, retain_history, seal_history
from server.items.reactions import derive_relations
from server.items.reconciling.api import reconciling
from server.items.reconciling.jobs import expire_words, redecide_register
from server.items.reconciling.setting import REDECIDE
from server.items.searching import INDEX_ITEMS, run_indexing
from server.items.services.api import business_services
from server.items.software.api import software
from server.notify.api import notifications
from server.notify.backups import WATCH_BACKUPS, watch_backups
from server.notify.jobs import DELIVER, deliverer
from server.notify.reactions import tell_emergency
from server.people.api import (
    directories,
    emergencies,
    groups,
    organisations,
    people,
    providers,
    roles,
    rosters,
    saml_providers,
    session,
    tokens,
)
from server.people.authentication import authenticate
from server.people.events import GlassBroken
from server.people.jobs import (
    READ_ROSTER,
    SYNC_CHANGES,
    SYNC_DIRECTORIES,
    SYNC_DIRECTORY,
    TIDY,
    read_roster,
    run_all_deltas,
    run_all_syncs,
    run_sync,
    tidy,
)
from server.scanning.actions import PROBE_JOB
from server.scanning.api import scanning
from server.scanning.devices.api import devices
from server.scanning.errands.api import collectors
from server.scanning.errands.events import CheckAnswered
from server.scanning.jobs import run_probe
from server.scanning.mapping import TOPOLOGY_JOB, run_topology
from server.scanning.ranges import SWEEP_JOB
from server.scanning.sweeping import run_sweep_of_range

__all__ = ["BLUEPRINTS", "DOORS", "JOBS", "LENT", "REACTIONS", "authenticate"]

BLUEPRINTS: tuple[Blueprint, ...] = (
    session,
    tokens,
    people,
    groups,
    organisations,
    roles,
    directories,
    rosters,
    providers,
    saml_providers,
    emergencies,
    items,
    relations,
    derivation,
    impacts,
    identity,
    modelling,
    listing,
    following,
    reconciling,
    health,
    past,
    assets,
    products,
    purchases,
    custody,
    stock,
    licences,
    documents,
    imports,
    business_services,
    leavers,
    directory_computers,
    intake,
    inventory_sources,
    software,
    advisories,
    scanning,
    devices,
    collectors,
    tickets,
    availability,
    alarms,
    routines,
    problems,
    announcements,
    knowledge,
    catalogue,
    ordering,
    mail,
    notifications,
    changes,
    workspace,
)

#: Addresses that speak the protocols of others, and are no part of the REST interface.
DOORS: tuple[Door, ...] = (inventory,)

REACTIONS: Reactions = {
    GlassBroken: (tell_emergency,),
    ItemsReported: (derive_relations,),
    BaselineLeft: (open_follow_up,),
    TicketOpened: (
        note_opening,
        keep_time,
        keep_service_outages,
        tell_opening,
        tell_followers,
        blame_changes,
        find_ticket_anew,
        compare_anew,
    ),
    TicketEdited: (note_edit, keep_time, keep_service_outages, find_ticket_anew, compare_anew),
    TicketAssigned: (note_assignment, keep_time, tell_assignment),
    TicketMoved: (
        note_move,
        accept_on_move,
        keep_time,
        keep_service_outages,
        tell_move,
        tell_followers_solved,
        end_major,
        follow_ticket,
        find_moved_ticket,
    ),
    TicketHandedOver: (note_handover, keep_time, tell_handover),
    ItemsAffected: (
        note_items,
        keep_time,
        keep_service_outages,
        tell_followers,
        blame_changes,
        find_ticket_anew,
        compare_anew,
    ),
    TicketReassessed: (
        note_reassessment,
        keep_time,
        keep_service_outages,
        tell_reassessment,
        tell_followers,
    ),
    EntryAdded: (keep_time, tell_entry, find_entry),
    ClockReached: (note_level, tell_level),
    TicketNoted: (note_happening, keep_accepted, keep_service_outages, tell_file, release_next),
    AvailabilityReached: (tell_availability,),
    AlarmRaised: (call_out,),
    ChangeDrafted: (note_draft,),
    ChangeEdited: (note_change_edit,),
    ChangeMoved: (note_change_move, tell_change_move, end_announcements),
    ApprovalRequested: (note_request, invite_approvers),
    ApprovalOverdue: (note_overdue,),
    ApprovalDecided: (note_decision,),
    DifferencesApplied: (note_applied,),
    ApplicationHanded: (note_handing, tell_handing),
    ChangeVerified: (note_verification, tell_verification),
    ChangeHeld: (note_hold, tell_hold),
    UnauthorizedFound: (tell_unauthorized,),
    IncidentLinked: (note_incident,),
    CheckAnswered: (keep_check,),
    WantedReportCame: (keep_report,),
}

JOBS: Jobs = {
    KEEP_STATISTICS: JobHandler(keep_statistics, cron="*/10 * * * *"),
    "jobs.forget": JobHandler(forget_old_jobs, cron="20 3 * * *"),
    MAKE_BACKUP: JobHandler(run_backup, cron="10 2 * * *", max_failures=3),
    WATCH_BACKUPS: JobHandler(watch_backups, cron="52 * * * *"),
    SYNC_DIRECTORY: JobHandler(run_sync),
    READ_ROSTER: JobHandler(read_roster),
    SYNC_DIRECTORIES: JobHandler(run_all_syncs, cron="17 * * * *"),
    SYNC_CHANGES: JobHandler(run_all_deltas, cron="*/5 * * * *"),
    TIDY: JobHandler(tidy, cron="40 3 * * *"),
    SWEEP_IMPACT: JobHandler(run_sweep, cron="50 2 * * *"),
    DERIVE: JobHandler(run_derivation, cron="7 * * * *"),
    MATCH: JobHandler(run_matching, cron="12 * * * *"),
    REDECIDE: JobHandler(redecide_register),
    REKEY: JobHandler(rekey_items),
    RUN_IMPORT: JobHandler(run_import),
    UNDO_IMPORT: JobHandler(undo_import),
    MEASURE_HEALTH: JobHandler(run_measurement, cron="20 1 * * *"),
    ATTEND_CAMPAIGNS: JobHandler(attend_campaigns, cron="25 6 * * *"),
    WATCH_BASELINES: JobHandler(watch_baselines, cron="45 4 * * *"),
    SEAL_HISTORY: JobHandler(seal_history, cron="47 * * * *"),
    RETAIN_HISTORY: JobHandler(retain_history, cron="30 4 * * *"),
    ALARM_CONTRACTS: JobHandler(run_alarms, cron="35 6 * * *"),
    LINK_MODELS: JobHandler(run_linking, cron="*/10 * * * *"),
    MATCH_LICENCES: JobHandler(run_licence_matching, cron="32 * * * *"),
    "items.expire_words": JobHandler(expire_words, cron="27 * * * *"),
    INVITE: JobHandler(run_invitations),
    TEND: JobHandler(run_tending, cron="*/5 * * * *"),
    DELIVER: JobHandler(deliverer(answers_to), cron="*/5 * * * *"),
    SWEEP_CLOCKS: JobHandler(run_clock_sweep, cron="* * * * *"),
    RECKON: JobHandler(run_reckoning),
    WATCH_AVAILABILITY: JobHandler(watch_availability, cron="* * * * *"),
    TELL: JobHandler(run_telling),
    REASSESS: JobHandler(run_reassessment, cron="* * * * *"),
    PASS_ON: JobHandler(run_passing_on, cron="*/5 * * * *"),
    WATCH_ITEMS: JobHandler(watch_items, cron="3-59/5 * * * *"),
    WATCH_VIEWS: JobHandler(view_watcher(ITEM_VIEWS, TICKET_VIEWS), cron="*/5 * * * *"),
    OPEN_DUE: JobHandler(run_opening, cron="*/5 * * * *"),
    REMIND: JobHandler(run_reminding, cron="37 * * * *"),
    CHECK: JobHandler(run_check, max_failures=1),
    WATCH: JobHandler(run_watch, cron="*/5 * * * *"),
    SURVEY: JobHandler(run_survey, cron="23 * * * *"),
    INDEX_TICKETS: JobHandler(run_ticket_indexing, cron="*/2 * * * *"),
    COMPARE: JobHandler(run_comparing),
    COMPARE_OLD: JobHandler(run_comparing_old, cron="4-59/10 * * * *"),
    INDEX_ITEMS: JobHandler(run_indexing, cron="*/2 * * * *"),
    INDEX_DOCUMENTS: JobHandler(run_document_indexing, cron="7-59/10 * * * *"),
    TIDY_FILES: JobHandler(partial(run_tidying, others=(kept_letters,)), cron="35 3 * * *"),
    LOOK_AT_MAILBOXES: JobHandler(run_looks, cron="* * * * *"),
    LOOK_AT_MAILBOX: JobHandler(run_look, max_failures=2),
    FORGET_LETTERS: JobHandler(run_forgetting, cron="25 3 * * *"),
    PROBE_JOB: JobHandler(run_probe, max_failures=2),
    SWEEP_JOB: JobHandler(run_sweep_of_range, max_failures=2),
    TOPOLOGY_JOB: JobHandler(run_topology, cron="37 * * * *", max_failures=2),
}

#: Readers that features lend to those below them, which may not import them.
LENT: Mapping[str, Callable[..., object]] = {
    CONTRACTS: contracts_reached,
    CHANGES: changes_upstream,
    PROMISES: promises_about,
    FAILURES: failures_among,
    DESK_WORDS: strange_words,
}
