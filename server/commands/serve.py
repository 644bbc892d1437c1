"""``cadastre serve``, ``web`` and ``work``: the processes of an installation."""

import importlib.util
import signal
import socket
import threading
from pathlib import Path
from types import FrameType

import click

from cmdb.snapshot.live import LIVE
from server.commands.addresses import Listen
from server.commands.console import done, say
from server.commands.encryption import refuse_unusable_encryption
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.local_agent import LocalAgent, Orders
from server.commands.starting import introduce, start_up
from server.foundation.certificates import AUTHORITY
from server.foundation.collecting import settle
from server.foundation.errors import SettingsError
from server.foundation.jobs.pool import stop_pool
from server.foundation.jobs.runner import JobRunner
from server.foundation.journal import start_journal
from server.foundation.settings import Settings
from server.serving.listening import bind, near_address
from server.serving.serve import serve
from server.wiring import JOBS

_LISTEN_HELP = "Where to listen, such as 127.0.0.1:8080 or [::]:443."


listen_option = click.option("--listen", type=Listen(), help=_LISTEN_HELP)


@click.command(
    "serve",
    cls=ExampleCommand,
    examples=[
        "cadastre serve",
        "cadastre serve --listen 127.0.0.1:9000",
        "cadastre --home /srv/cadastre serve --with-local-agent",
    ],
)
@listen_option
@click.option(
    "--organisation",
    default="Organisation",
    show_default=True,
    help="Name of the root organisation, used at the very first start only.",
)
@click.option(
    "--with-local-agent",
    is_flag=True,
    help="Enrol this very machine and keep its agent running beside the server.",
)
@pass_command_line
def serve_command(
    command_line: CommandLine,
    listen: tuple[str, int] | None,
    organisation: str,
    *,
    with_local_agent: bool,
) -> None:
    """Run everything: pages, REST interface, jobs and scheduler.

    One process on SQLite; on PostgreSQL as many as `web_processes` says. Brings the database up to
    date first. The very first start also creates the root organisation and an administrator, and
    prints a one-time password. Stop it with Ctrl-C.
    """
    listen_at(command_line, listen)
    settings = command_line.settings
    start_journal(settings.log_format, settings.log_level)
    settings.require_processes()
    # Before the first start: the one-time password is printed once.
    refuse_unusable_encryption(settings)
    with bind(settings) as listener:
        say(f"Cadastre starts; its data lies in {settings.home}")
        started = start_up(command_line, organisation)
        if started.administrator:
            introduce(started.administrator)
        agent = _local_agent(settings) if with_local_agent else None
        try:
            _run(settings, listener, jobs=True)
        finally:
            if agent is not None:
                agent.stop()


@click.command(
    "web",
    cls=ExampleCommand,
    examples=["cadastre web --listen 127.0.0.1:8081"],
)
@listen_option
@pass_command_line
def web_command(command_line: CommandLine, listen: tuple[str, int] | None) -> None:
    """Answer requests and leave the jobs to `cadastre work`.

    For larger installations on PostgreSQL: in `web_processes` processes, and any number of these
    behind a proxy, on any number of machines. The database must be up to date (`cadastre migrate`).
    """
    listen_at(command_line, listen)
    command_line.flags["job_threads"] = 0
    settings = command_line.settings
    refuse_sqlite(settings)
    settings.require_processes()
    refuse_unusable_encryption(settings)
    start_journal(settings.log_format, settings.log_level)
    with bind(settings) as listener:
        with command_line.database():
            done("The database is up to date.")
        _run(settings, listener, jobs=False)


@click.command(
    "work",
    cls=ExampleCommand,
    examples=["cadastre work --threads 4"],
)
@click.option("--threads", type=click.IntRange(1, 64), help="How many jobs at once.")
@pass_command_line
def work_command(command_line: CommandLine, threads: int | None) -> None:
    """Carry out jobs and schedules, and answer no requests.

    For larger installations on PostgreSQL, beside `cadastre web`. Stop it with Ctrl-C or SIGTERM:
    running jobs get ten seconds to finish, what is left is taken over by another worker.
    """
    command_line.flags["job_threads"] = threads
    settings = command_line.settings
    refuse_sqlite(settings)
    start_journal(settings.log_format, settings.log_level)
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    with command_line.database() as database:
        LIVE.keep_in(settings.cache_folder, database.engine)
        runner = JobRunner(database, settings, JOBS, settings.job_threads)
        runner.start()
        settle()
        done(f"{settings.job_threads} job threads at work; Ctrl-C stops them.")
        stop.wait()
        runner.stop()
        stop_pool()


def listen_at(command_line: CommandLine, listen: tuple[str, int] | None) -> None:
    """Let ``--listen`` win over file and environment."""
    if listen is not None:
        command_line.flags |= {"listen_address": listen[0], "listen_port": listen[1]}


def refuse_sqlite(settings: Settings) -> None:
    """Raise ``SettingsError`` where several processes would write one SQLite file."""
    if settings.on_sqlite:
        raise SettingsError(
            "SQLite wants one writing process: run `cadastre serve`, or set database_url to a "
            "PostgreSQL database"
        )


def _local_agent(settings: Settings) -> LocalAgent:
    found = importlib.util.find_spec("agent")
    if found is None or found.origin is None:
        raise SettingsError("the agent is not installed here; install cadastre-agent as well")
    host = near_address(settings.listen_address)
    bracketed = f"[{host}]" if ":" in host else host
    near = f"http://{bracketed}:{settings.listen_port}"
    authority = settings.home / AUTHORITY
    return LocalAgent(
        Orders(
            # Over TLS the certificate's name must fit, so the agent takes the way people take.
            server=settings.base_url if settings.tls_certificate else near,
            site=settings.base_url,
            home=str(settings.home),
            agent_code=str(Path(found.origin).parent.parent),
            authority=str(authority) if authority.exists() else "",
        )
    )


def _run(settings: Settings, listener: socket.socket, *, jobs: bool) -> None:
    def ready() -> None:
        done(f"Open {settings.base_url} in a browser; Ctrl-C stops Cadastre.")

    serve(settings, listener, ready, jobs=jobs)
