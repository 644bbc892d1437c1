"""``cadastre jobs``: what runs in the background, and a second chance for what failed."""

import click

from server.commands.console import done, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.jobs import queries
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import cancel, retry

_ERROR_CHARACTERS = 80


@click.group("jobs", cls=ExampleGroup)
def jobs_group() -> None:
    """See the background work, take it back, or let it run again."""


@jobs_group.command(
    "list",
    cls=ExampleCommand,
    examples=["cadastre jobs list", "cadastre jobs list --state dead --state running"],
)
@click.option("--state", type=click.Choice(queries.STATES), multiple=True, help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, help="How many; 30.")
@pass_command_line
def list_jobs(command_line: CommandLine, state: tuple[str, ...], limit: int) -> None:
    """List the newest jobs with state, attempts, progress and the last error."""
    with command_line.database() as database, database.reading() as session:
        rows = [_row(job) for job in queries.jobs_in(session, state, limit)]
    show_table(("Number", "Kind", "State", "Due (UTC)", "Attempts", "Progress", "Error"), rows)


@jobs_group.command(
    "retry",
    cls=ExampleCommand,
    examples=["cadastre jobs retry 4711", "cadastre jobs retry --dead"],
)
@click.argument("numbers", type=int, nargs=-1)
@click.option("--dead", is_flag=True, help="All dead jobs.")
@pass_command_line
def retry_jobs(command_line: CommandLine, numbers: tuple[int, ...], *, dead: bool) -> None:
    """Let dead or cancelled jobs run again, with a clean count of failures."""
    if bool(numbers) == dead:
        raise click.UsageError("name the jobs, or say --dead")
    with command_line.database() as database, database.writing() as session:
        chosen = list(numbers)
        if dead:
            chosen = [job.id for job in queries.jobs_in(session, ["dead"], 10_000)]
        for number in chosen:
            retry(session, number)
    done(f"{len(chosen)} jobs will run again.")


@jobs_group.command("cancel", cls=ExampleCommand, examples=["cadastre jobs cancel 4711"])
@click.argument("number", type=int)
@pass_command_line
def cancel_job(command_line: CommandLine, number: int) -> None:
    """Take a waiting job back, or ask a running one to stop."""
    with command_line.database() as database, database.writing() as session:
        cancel(session, number)
    done(f"Job {number} is cancelled, or stops soon.")


def _row(job: Job) -> tuple[str, ...]:
    progress = job.progress.get("what", "")
    if progress:
        progress += f" {job.progress.get('done', 0)}/{job.progress.get('total') or '?'}"
    return (
        str(job.id),
        job.kind,
        job.state,
        f"{job.run_at:%Y-%m-%d %H:%M}",
        str(job.attempts),
        progress,
        job.error[:_ERROR_CHARACTERS],
    )
