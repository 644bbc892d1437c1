"""The command line of the agent."""

from __future__ import annotations

import argparse
import os
import sys

from agent import __version__, errors, safety
from agent.program import program_file
from agent.settings import FOLDER_VARIABLE, chosen_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Reports this machine to a Cadastre server: hardware, system, disks, interfaces, packages,
listening ports and whom it talks to. It carries out no commands from the server.

  cadastre-agent print                     see what would be reported, send nothing
  cadastre-agent enrol --server https://cadastre.example --token TOKEN
  cadastre-agent once                      report now
  cadastre-agent run                       report for ever (what the service does)
  cadastre-agent doctor                    what is wrong, and how to mend it
"""
_EPILOG = f"""\
exit codes: {errors.EXIT_DONE} done, {errors.EXIT_FAILED} failed, {errors.EXIT_USAGE} wrong usage, \
{errors.EXIT_SETTINGS} settings missing or wrong, {errors.EXIT_AWAY} server away
(the report is kept), {errors.EXIT_REFUSED} refused by the server, {errors.EXIT_UNSAFE} unsafe \
folder or file.

The agent's folder holds its settings (settings.json), its key, its id and what waits for the
server. Run it as root for serial numbers and for the names of all processes.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Errors are one sentence on standard error."""
    chosen = _parser().parse_args(arguments)
    try:
        safety.refuse_open_folder(safety.code_folder(program_file()))
        code: int = chosen.command(chosen)
        if sys.stdout:  # a service of Windows has none
            sys.stdout.flush()
    except errors.AgentError as error:
        print(f"cadastre-agent: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return errors.EXIT_FAILED
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_DONE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cadastre-agent",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cadastre-agent {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_enrol(commands)
    for name, command, words in (
        ("once", _once, "collect and deliver one report now"),
        ("run", _run, "deliver reports at the pace the server asks for, until stopped"),
        ("doctor", _doctor, "check account, folders, enrolment, server and every collector"),
    ):
        _add(commands, name, words).set_defaults(command=command)
    rights = _add(commands, "disk-health", "let the service ask disks how they are, or no longer")
    rights.add_argument(
        "wish", choices=("on", "off"), help="give the rights it takes, or take back"
    )
    rights.set_defaults(command=_disk_health)
    service = _add(commands, "service", "make the service of Windows, remove it, or be it")
    service.add_argument("action", choices=("install", "remove", "run"))
    service.add_argument("--python", help=argparse.SUPPRESS)
    service.set_defaults(command=_service)
    show = _add(commands, "print", "show the report as JSON and send nothing")
    show.add_argument("section", nargs="*", help="only these sections (default: all)")
    show.add_argument("--compact", action="store_true", help="one line, as it travels")
    show.set_defaults(command=_print)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words.capitalize() + ".")
    parser.add_argument(
        "--state-dir",
        metavar="FOLDER",
        help=f"the agent's folder (default: ${FOLDER_VARIABLE} or /var/lib/cadastre-agent)",
    )
    return parser


def _add_enrol(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "enrol", "trade an enrolment token for this agent's own key")
    parser.add_argument("--server", required=True, metavar="URL", help="the server's address")
    parser.add_argument(
        "--token",
        required=True,
        help="the enrolment token from the administration page; '-' reads it from standard input, "
        "where other users' process lists do not see it",
    )
    parser.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trust these certificate authorities (PEM, one or several) instead of the system's",
    )
    parser.add_argument("--proxy", metavar="URL", help="reach an https server through this proxy")
    parser.add_argument(
        "--insecure-http",
        action="store_true",
        help="allow http beyond this machine: the key then travels in clear",
    )
    parser.add_argument(
        "--cloud-id",
        action="store_true",
        help="ask the metadata service of the cloud this machine runs in which instance it is",
    )
    parser.set_defaults(command=_enrol)


def _enrol(chosen: argparse.Namespace) -> int:
    from agent.enrolment import enrol  # noqa: PLC0415 - imports the wire

    from_input = chosen.token == "-"  # noqa: S105 - a dash, not a token
    token = sys.stdin.readline().strip() if from_input else chosen.token
    wanted = {
        "server": chosen.server,
        "ca_file": os.path.abspath(chosen.ca_file) if chosen.ca_file else None,
        "proxy": chosen.proxy,
        "insecure_http": chosen.insecure_http,
        "cloud_id": chosen.cloud_id,
    }
    agent_id = enrol(chosen_folder(chosen.state_dir), wanted, token)
    print(f"Enrolled as {agent_id}. Send the first report: cadastre-agent once")
    return errors.EXIT_DONE


def _once(chosen: argparse.Namespace) -> int:
    from agent import cycle, settings  # noqa: PLC0415 - imports the wire
    from agent.machine import Machine  # noqa: PLC0415
    from agent.state import State  # noqa: PLC0415

    state = State(chosen_folder(chosen.state_dir))
    with state.locked():
        one = cycle.Cycle(state, settings.load(state), Machine(), cycle.say)
        answer = one.run()
    item = f" as {answer['item']}" if answer.get("item") else ""
    print(f"Accepted{item}: {one.sender.bytes_sent} bytes sent.")
    return errors.EXIT_DONE


def _run(chosen: argparse.Namespace) -> int:
    from agent import settings  # noqa: PLC0415
    from agent.state import State  # noqa: PLC0415
    from agent.supervisor import own_command, spawnable  # noqa: PLC0415

    state = State(chosen_folder(chosen.state_dir))
    settings.load(state)
    state.key()
    # A fresh interpreter: the loop sleeps in a third of the memory.
    program = spawnable([*own_command(program_file()), "supervise", state.folder])
    sys.stdout.flush()
    os.execv(sys.executable, program)  # noqa: S606 - our own program


def _disk_health(chosen: argparse.Namespace) -> int:
    from agent import disk_rights  # noqa: PLC0415
    from agent.machine import Machine  # noqa: PLC0415
    from agent.state import State  # noqa: PLC0415

    act = disk_rights.turn_on if chosen.wish == "on" else disk_rights.turn_off
    print(act(Machine(), disk_rights.run_systemctl))
    folder = chosen_folder(chosen.state_dir)
    if os.path.isdir(folder):
        disk_rights.ask_anew(State(folder))
    return errors.EXIT_DONE


def _service(chosen: argparse.Namespace) -> int:
    from agent.windows_service.command import act  # noqa: PLC0415 - Windows only

    return act(chosen.action, program_file(), chosen_folder(chosen.state_dir), chosen.python)


def _print(chosen: argparse.Namespace) -> int:
    import json  # noqa: PLC0415

    from agent.preview import preview  # noqa: PLC0415

    shown = preview(chosen_folder(chosen.state_dir), chosen.section)
    if chosen.compact:
        print(json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    else:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    return errors.EXIT_DONE


def _doctor(chosen: argparse.Namespace) -> int:
    from agent import doctor  # noqa: PLC0415

    wrong = False
    for verdict, sentence in doctor.examine(chosen_folder(chosen.state_dir), program_file()):
        print(f"{verdict:5}  {sentence}", flush=True)
        wrong = wrong or verdict == doctor.WRONG
    return errors.EXIT_FAILED if wrong else errors.EXIT_DONE
