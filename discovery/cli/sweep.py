"""``cadastre-discover sweep``: ask whole ranges, stop at will, and go on later."""

from pathlib import Path
from typing import IO, Any

import click

from discovery.assembly.identity import identify
from discovery.cli.exits import EXIT_CODES, FOUND, INTERRUPTED, NOTHING, UNREAD
from discovery.cli.options import (
    WrongInput,
    credential_options,
    resume_option,
    scan_options,
    take_credentials,
    take_knowledge,
    take_settings,
)
from discovery.cli.progress import ProgressBar, describe
from discovery.cli.resuming import BadState, SweepState, go_on, say_stopped
from discovery.findings import DeviceFindings, ScanProgress, Unreachable
from discovery.knowledge.rules import Knowledge
from discovery.output import documents, tables
from discovery.scan.blocking import scan_range
from discovery.targets.ranges import BadRange, Targets, parse_targets


@click.command(epilog=EXIT_CODES)
@click.argument("ranges", nargs=-1, metavar="[RANGE]...")
@click.option(
    "--from", "listing", type=click.File(), help="Read ranges from a file too (-: input)."
)
@credential_options
@scan_options
@click.option("--pace", default=2_000, show_default=True, help="Packets a second, at most.")
@click.option("--in-flight", default=50, show_default=True, help="Devices read at the same time.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per device, as they come.")
@resume_option
def sweep(
    ranges: tuple[str, ...], listing: IO[str] | None, *, as_json: bool, **options: Any
) -> None:
    """Ask all addresses of one or more ranges who is there, and read those that answer.

    A RANGE is 10.1.0.0/20, 10.1.2.3, 10.1.2.10-10.1.3.20 or 10.1.2.10-20; IPv6 likewise. Every
    address is asked once per credential, and again after the timeout as often as --retries says.
    Press Ctrl-C to stop: what was found until then is shown.

    With --resume FILE a sweep that was stopped or killed goes on where it was when the same command
    is given again: the table then holds what was found before too, lines of JSON only what is new.
    FILE is removed when the sweep has come to its end.
    """
    try:
        targets = parse_targets([*ranges, *(listing or ())])
    except BadRange as error:
        raise WrongInput(f"{error}.") from None
    state_file: Path | None = options.pop("state_file")
    run = _Sweep(targets, take_knowledge(options), as_json=as_json)
    raise SystemExit(run.run(options, state_file))


class _Sweep:
    """One run of ``sweep``: prints JSON as it comes, or a table at the end."""

    def __init__(self, targets: Targets, knowledge: Knowledge, *, as_json: bool) -> None:
        self._targets = targets
        self._knowledge = knowledge
        self._as_json = as_json
        self._found: list[tables.DeviceLine] = []
        self._unread: list[Unreachable] = []
        self._state: SweepState | None = None
        self._bar = ProgressBar(tables.console(errors=True))

    def run(self, options: dict[str, Any], state_file: Path | None) -> int:
        credentials = take_credentials(options)
        settings = take_settings(options)
        if state_file is not None:
            self._go_on(state_file, settings.port)
        interrupted = False
        results = scan_range(self._targets, credentials, settings, self._knowledge, self._show)
        with self._bar:
            try:
                for result in results:
                    self._take(result)
            except KeyboardInterrupt:
                interrupted = True
            except BadState as error:
                raise WrongInput(f"{error}.") from None
            finally:
                results.close()
        if self._state is not None:
            self._state.close(over=not interrupted)
        self._conclude()
        if interrupted:
            say_stopped(state_file)
            return INTERRUPTED
        return FOUND if self._found else UNREAD if self._unread else NOTHING

    def _go_on(self, path: Path, port: int) -> None:
        """Take up what is known from before, and narrow the targets to what is left."""
        try:
            self._state, before, self._targets = go_on(path, self._targets, port, "sweep")
        except BadState as error:
            raise WrongInput(f"{error}.") from None
        self._found, self._unread = before.found, before.unread

    def _show(self, progress: ScanProgress) -> None:
        self._bar.show(progress)
        if self._state is not None:
            self._state.tell(progress)

    def _take(self, result: DeviceFindings | Unreachable) -> None:
        if isinstance(result, Unreachable):
            self._unread.append(result)
            kept: tables.DeviceLine | Unreachable = result
            document = documents.unreachable_document(result)
        else:
            identity = identify(result, self._knowledge)
            line = tables.device_line(result, identity)
            self._found.append(line)
            kept, document = line, documents.device_document(result, identity)
        if self._as_json:
            click.echo(documents.line(document))
        if self._state is not None:
            self._state.take(kept)

    def _conclude(self) -> None:
        if not self._as_json:
            if self._found:
                tables.console().print(tables.devices(self._found))
            if self._unread:
                tables.console().print(tables.unread(self._unread))
        if self._bar.last is not None:
            last = self._bar.last
            click.echo(f"{describe(last)}, {last.elapsed_seconds:.1f} s", err=True)
