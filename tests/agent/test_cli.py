"""The program as a person meets it, in processes of its own."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.agent.desk import KEY, ROOT, Desk, Reply, accepted

VERBS = ("enrol", "once", "run", "print", "doctor", "disk-health", "service")


def agent(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the agent's program file, as the service does."""
    return subprocess.run(
        [sys.executable, str(ROOT / "agent" / "__main__.py"), *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        check=False,
        timeout=60,
    )


def test_the_help_names_every_command_and_the_exit_codes() -> None:
    shown = agent("--help")
    assert shown.returncode == 0
    assert all(verb in shown.stdout for verb in VERBS)
    assert "exit codes: 0 done" in shown.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_help_of_its_own(verb: str) -> None:
    shown = agent(verb, "--help")
    assert shown.returncode == 0
    assert "--state-dir" in shown.stdout


def test_enrol_once_and_doctor_work_together(desk: Desk, folder: Path) -> None:
    place = ("--state-dir", str(folder))
    enrolled = agent("enrol", "--server", desk.address, "--token", "-", *place, stdin="secret\n")
    assert enrolled.returncode == 0, enrolled.stderr
    assert desk.requests[0].body["token"] == "secret"
    once = agent("once", *place)
    assert once.returncode == 0, once.stderr
    assert once.stdout.startswith("Accepted as CI-17: ")
    assert desk.reports[0]["sections"]["os"]["kernel"] == "Linux"
    examined = agent("doctor", *place)
    assert examined.returncode == 0, examined.stdout
    assert f"{desk.address}/healthz answers 200" in examined.stdout


@pytest.mark.parametrize(("wish", "asked"), [((), False), (("--cloud-id",), True)])
def test_the_cloud_is_asked_only_by_who_enrolled_so(
    desk: Desk, folder: Path, wish: tuple[str, ...], asked: bool
) -> None:
    place = ("--state-dir", str(folder))
    enrolled = agent("enrol", "--server", desk.address, "--token", "tok-en", *wish, *place)
    assert enrolled.returncode == 0, enrolled.stderr
    settings = json.loads((folder / "settings.json").read_text())
    assert settings.get("cloud_id", False) is asked


def test_no_word_of_the_key_or_the_token_is_printed(desk: Desk, folder: Path) -> None:
    place = ("--state-dir", str(folder))
    said = agent("enrol", "--server", desk.address, "--token", "tok-en", *place)
    desk.replies = [Reply(401, {"detail": "no"})]
    once = agent("once", *place)
    doctor = agent("doctor", *place)
    spoken = "".join(done.stdout + done.stderr for done in (said, once, doctor))
    assert KEY not in spoken
    assert "tok-en" not in spoken


@pytest.mark.parametrize("verb", ["once", "run"])
def test_before_enrolment_the_way_is_shown(folder: Path, verb: str) -> None:
    done = agent(verb, "--state-dir", str(folder))
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "cadastre-agent enrol" in done.stderr


@pytest.mark.parametrize(
    ("reply", "code"),
    [(Reply(503), 4), (Reply(422, {"detail": "strange"}), 5), (Reply(401), 5)],
)
def test_each_kind_of_failure_has_its_exit_code_and_one_sentence(
    desk: Desk, enrolled: Path, reply: Reply, code: int
) -> None:
    desk.replies = [reply]
    done = agent("once", "--state-dir", str(enrolled))
    assert done.returncode == code
    assert done.stderr.startswith("cadastre-agent: ")
    assert done.stderr.count("\n") == 1


def test_an_open_folder_is_refused(enrolled: Path) -> None:
    enrolled.chmod(0o777)
    done = agent("once", "--state-dir", str(enrolled))
    assert done.returncode == 6
    assert "may be written by anybody" in done.stderr


def test_a_program_in_an_open_folder_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    archive = place / "cadastre-agent.pyz"
    builder = ROOT / "deploy" / "agent" / "build_zipapp.py"
    subprocess.run([sys.executable, str(builder), str(archive)], check=True, capture_output=True)
    place.chmod(0o777)
    done = subprocess.run(
        [sys.executable, str(archive), "print", "os"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 6
    assert "may be written by anybody" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("print", "cpu"), "no section 'cpu'"),
        (("enrol", "--server", "http://far.example", "--token", "x"), "in clear"),
    ],
)
def test_wrong_settings_are_explained(arguments: tuple[str, ...], words: str, folder: Path) -> None:
    done = agent(*arguments, "--state-dir", str(folder))
    assert done.returncode == 3
    assert words in done.stderr


def test_a_doctor_who_finds_nothing_enrolled_says_so(folder: Path) -> None:
    done = agent("doctor", "--state-dir", str(folder))
    assert done.returncode == 1
    assert "WRONG" in done.stdout
    assert "software:" in done.stdout


@pytest.mark.parametrize("section", ["os", "software"])
def test_a_reader_who_stops_reading_is_no_failure(section: str) -> None:
    program = ROOT / "agent" / "__main__.py"
    with subprocess.Popen(
        [sys.executable, str(program), "print", section],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as printing:
        assert printing.stdout is not None
        printing.stdout.close()
        assert printing.stderr is not None
        assert printing.stderr.read() == b""
        assert printing.wait(30) == 0


def test_the_service_reports_by_itself_and_sleeps_in_little_memory(
    desk: Desk, enrolled: Path
) -> None:
    desk.replies = [accepted(next_report_seconds=10)]
    program = ROOT / "agent" / "__main__.py"
    with subprocess.Popen(
        [sys.executable, str(program), "run", "--state-dir", str(enrolled)]
    ) as service:
        try:
            deadline = time.monotonic() + 30
            while not (enrolled / "next").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            resident = psutil.Process(service.pid).memory_info().rss
            command = psutil.Process(service.pid).cmdline()
        finally:
            service.terminate()
    assert len(desk.reports) == 1
    assert "supervise" in command
    assert resident < 12 * 1024 * 1024


def test_what_is_shown_is_what_would_be_sent(desk: Desk, enrolled: Path) -> None:
    shown = json.loads(agent("print", "--state-dir", str(enrolled), "os", "cpus").stdout)
    agent("once", "--state-dir", str(enrolled))
    sent = desk.reports[0]
    assert shown["agent"] == sent["agent"]
    assert shown["sections"] == {name: sent["sections"][name] for name in ("os", "cpus")}
    assert shown["sequence"] == sent["sequence"]
    assert not (enrolled / "spool.json.gz").exists()
