"""Every command of ``cadastre``: where it stands, and its line of ``cadastre --help``.

The overview is read more often than any command is run, so it comes without importing one: that
would be all of the server. A test holds each line to what the command says of itself.
"""

from typing import NamedTuple


class Listed(NamedTuple):
    """A command: ``module:attribute``, imported when it is wanted, and its first sentence."""

    place: str
    summary: str


#: In the order in which a reader should meet them.
COMMANDS = {
    "serve": Listed(
        "server.commands.serve:serve_command",
        "Run everything: pages, REST interface, jobs and scheduler.",
    ),
    "web": Listed(
        "server.commands.serve:web_command",
        "Answer requests and leave the jobs to `cadastre work`.",
    ),
    "work": Listed(
        "server.commands.serve:work_command",
        "Carry out jobs and schedules, and answer no requests.",
    ),
    "setup": Listed(
        "server.commands.setup:setup_command",
        "Write HOME/cadastre.toml: address, encryption, database and mail.",
    ),
    "migrate": Listed(
        "server.commands.migrate:migrate_command",
        "Bring the database up to this version, or down again, or only look.",
    ),
    "upgrade": Listed(
        "server.commands.upgrade:upgrade_command",
        "Bring the database to a newly installed version, with a backup before.",
    ),
    "backup": Listed(
        "server.commands.backup:backup_command",
        "Save the database and the attachments into one file, while everybody works on.",
    ),
    "restore": Listed(
        "server.commands.backup:restore_command",
        "Replace database and attachments with those of a backup.",
    ),
    "doctor": Listed(
        "server.commands.doctor:doctor_command",
        "Look at folder, backup, database, jobs, agents, audit, secrets, files, server and mail.",
    ),
    "user": Listed(
        "server.commands.user:user_group",
        "Create log-ins, close them, and help people who forgot their password.",
    ),
    "directory": Listed(
        "server.commands.directory:directory_group",
        "See the directories that people come from, and synchronise them now.",
    ),
    "people": Listed(
        "server.commands.people:people_group",
        "See the personnel lists that people come from, and deliver them.",
    ),
    "provider": Listed(
        "server.commands.provider:provider_group",
        "Let an OpenID Connect or SAML provider vouch for people.",
    ),
    "secrets": Listed(
        "server.commands.secrets:secrets_group",
        "See what is sealed, and change the key of it while everything goes on.",
    ),
    "emergency": Listed(
        "server.commands.emergency:emergency_group",
        "Let somebody in when nobody can sign in, and check what was signed about it.",
    ),
    "audit": Listed(
        "server.commands.audit:audit_group",
        "Check the record of acts, and write down who may do what.",
    ),
    "token": Listed(
        "server.commands.token:token_group",
        "Make, list and revoke bearer tokens.",
    ),
    "agents": Listed(
        "server.commands.agents:agents_group",
        "Enrol the agents of other machines, and see who reports.",
    ),
    "advisories": Listed(
        "server.commands.advisories:advisories_group",
        "Hold installed software against known vulnerabilities, without asking anybody.",
    ),
    "traps": Listed(
        "server.commands.traps:traps_command",
        "Receive SNMP traps (v1, v2c, v3) and informs (v2c, v3) until stopped.",
    ),
    "jobs": Listed(
        "server.commands.jobs:jobs_group",
        "See the background work, take it back, or let it run again.",
    ),
    "import": Listed(
        "server.commands.exchange:import_command",
        'Record items and relations from a file of JSON lines, "-" for standard input.',
    ),
    "export": Listed(
        "server.commands.exchange:export_command",
        "Write items with their winning values and identifiers, then relations, as JSON lines.",
    ),
    "impact": Listed(
        "server.commands.impact:impact_group",
        "Ask what fails with an item, why, what caused a failure, and what would.",
    ),
    "model": Listed(
        "server.commands.model:model_group",
        "Keep classes, attributes and relationship types of your own in a file.",
    ),
    "demo": Listed(
        "server.commands.demo:demo_group",
        "Add or remove a company with about 2,000 items, people, contracts, tickets and changes.",
    ),
}
