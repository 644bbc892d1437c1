"""The database, and what only it can tell: schema, jobs, agents, the chain of the audit."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cmdb.records.base import REFERS_TO
from server.commands.diagnosis.belongings import look_at_belongings
from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.commands.diagnosis.letters import look_at_letters
from server.commands.diagnosis.signing_in import look_at_signing_in
from server.commands.environment import CommandLine
from server.foundation import audit
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import DatabaseNotReady
from server.foundation.jobs import queries
from server.foundation.search.parts import finds_parts
from server.foundation.settings import Settings
from server.items.models import Agent
from server.migrations.models import Base
from server.migrations.runner import Migrations

_POSTGRESQL_OLDEST = 150_000
_SKEW = timedelta(seconds=5)
_SILENCE = timedelta(seconds=90)
_DUE_TOO_LONG = timedelta(minutes=10)
_AGENT_SILENCE = timedelta(days=2)


def look_at_database(command_line: CommandLine) -> Iterator[Finding]:
    """Yield what there is to say about the database; the rest only when it can be asked."""
    migrations = Migrations(command_line.settings.url)
    try:
        command_line.refuse_missing()
        state = migrations.state()
    except DatabaseNotReady as error:
        mend = "mend that, or restore the newest backup; nothing else was looked at"
        yield wrong("database", str(error), mend)
        return
    if not state.is_current:
        seen = f"{len(state.pending)} revisions have not been applied"
        yield wrong("schema", seen, "stop the server, then cadastre upgrade")
        return
    database = Database(command_line.settings.url, pool_size=2)
    try:
        yield _schema(migrations)
        with database.reading() as session:
            yield _integrity(session, database)
            yield _references(session)
            if not database.is_sqlite:
                yield _parts(session)
            yield from _jobs(session, utc_now())
            yield _agents(session, utc_now())
            yield _audit(session)
            yield from _beside(session, command_line.settings)
    except (DBAPIError, DatabaseNotReady) as error:
        seen = f"it failed while it was looked at: {getattr(error, 'orig', None) or error}"
        yield wrong("database", seen, "stop the server and restore the newest backup")
    finally:
        database.dispose()


def _beside(session: Session, settings: Settings) -> Iterator[Finding]:
    yield from look_at_belongings(session, settings)
    yield from look_at_signing_in(session, utc_now())
    yield from look_at_letters(session)


def _schema(migrations: Migrations) -> Finding:
    differences = migrations.check()
    if not differences:
        return fine("schema", f"revision {migrations.head()}, as this version wants it")
    seen = f"it differs in {len(differences)} places, the first: {differences[0]}"
    mend = "cadastre migrate --check lists them; undo what was changed by hand, or restore a backup"
    return wrong("schema", seen, mend)


def _integrity(session: Session, database: Database) -> Finding:
    if database.is_sqlite:
        verdict = session.scalar(text("PRAGMA quick_check"))
        broken = session.execute(text("PRAGMA foreign_key_check")).first()
        if verdict != "ok" or broken is not None:
            seen = f"SQLite finds damage: {verdict if verdict != 'ok' else broken}"
            return wrong("database", seen, "stop the server and restore the newest backup")
        version = session.scalar(text("SELECT sqlite_version()"))
        return fine("database", f"SQLite {version}, sound")
    number = int(session.scalar(text("SHOW server_version_num")) or 0)
    if number < _POSTGRESQL_OLDEST:
        seen = f"PostgreSQL {number // 10_000} is older than 15"
        return wrong("database", seen, "move to PostgreSQL 15 or newer")
    skew = abs((session.scalar(select(func.now())) or utc_now()) - utc_now())
    if skew > _SKEW:
        seen = f"its clock differs from this machine's by {skew.total_seconds():.0f} seconds"
        return look("database", seen, "let both follow an NTP server: leases compare their clocks")
    return fine("database", f"PostgreSQL {number // 10_000}, its clock as ours")


def _references(session: Session) -> Finding:
    """Look for rows that refer, without a foreign key, to what is not there."""
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            name, _, key = column.info.get(REFERS_TO, "").partition(".")
            if not name:
                continue
            target = Base.metadata.tables[name].c[key]
            lost = select(column).where(~select(target).where(target == column).exists()).limit(1)
            if (value := session.scalar(lost)) is not None:
                seen = f"a row of {table.name} refers to {name} {value}, which is not there"
                return wrong("references", seen, "stop the server and restore the newest backup")
    return fine("references", "every row refers to something that is there")


def _parts(session: Session) -> Finding:
    if finds_parts(session.connection()):
        return fine("search", "parts of names are found by an index")
    return look(
        "search",
        "parts of names are found by reading all of them: PostgreSQL's extension pg_trgm is off",
        "as the owner of the database: CREATE EXTENSION pg_trgm; then cadastre upgrade",
    )


def _jobs(session: Session, now: datetime) -> Iterator[Finding]:
    seen_at = queries.runner_seen_at(session)
    if seen_at is None or now - seen_at > _SILENCE:
        when = f"since {seen_at:%Y-%m-%d %H:%M} UTC" if seen_at else "ever"
        mend = "start `cadastre serve`, or `cadastre work` beside `cadastre web`"
        yield look("jobs", f"no job runner has spoken up {when}", mend)
    else:
        yield fine("jobs", "a job runner is at work")
        until = queries.scheduler_until(session)
        if until is None or until < now:
            yield look("schedule", "no scheduler leads", "wait a minute; then restart the server")
    counts = queries.count_by_state(session)
    if counts["dead"]:
        mend = "cadastre jobs list --state dead; cadastre jobs retry --dead"
        yield look("jobs", f"{counts['dead']} jobs were given up", mend)
    oldest = queries.oldest_due(session, now)
    if oldest is not None and now - oldest > _DUE_TOO_LONG:
        waiting = int((now - oldest).total_seconds() // 60)
        mend = "more job threads (job_threads), or see what runs: cadastre jobs list"
        yield look("jobs", f"a job has been due for {waiting} minutes", mend)


def _audit(session: Session) -> Finding:
    verdict = audit.verify(session)
    if not verdict.whole:
        seen = f"its chain breaks at entry {verdict.broken_at}: {verdict.fault}"
        mend = "find out who wrote to the database by hand; a backup shows what stood there"
        return wrong("audit", seen, mend)
    return fine("audit", f"the chain of {verdict.entries} entries is whole")


def _agents(session: Session, now: datetime) -> Finding:
    enrolled = select(func.count()).select_from(Agent).where(Agent.revoked_at.is_(None))
    count = session.scalar(enrolled) or 0
    silent = session.scalar(enrolled.where(Agent.last_report_at < now - _AGENT_SILENCE)) or 0
    if silent:
        mend = "cadastre agents list shows them first; on the machine: cadastre-agent doctor"
        return look("agents", f"{silent} of {count} have been silent for two days", mend)
    return fine("agents", f"{count} enrolled, none silent for two days")
