"""Which rights asking disks takes, who has them, and how the service gets them and loses them."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent import disk_rights
from agent.errors import AgentError
from agent.machine import Machine
from agent.state import State
from tests.agent.desk import ROOT
from tests.agent.recordings import made_of, recorded
from tests.support.processes import require_program

UNIT = "etc/systemd/system/cadastre-agent.service"
DROP_IN = disk_rights.DROP_IN.lstrip("/")
#: The bounding set of the unit, and what its drop-in adds.
UNIT_RIGHTS = "dac_read_search,sys_ptrace"
NO_RIGHTS, ALL_RIGHTS = f"{0:016x}", f"{1 << 21 | 1 << 17:016x}"


class Systemctl:
    """Remembers what it was told, and answers `code`."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.told: list[list[str]] = []

    def __call__(self, words: list[str]) -> int:
        self.told.append(words)
        return self.code


@pytest.fixture
def server(tmp_path: Path) -> Machine:
    """Give a server with an NVMe disk and two of SATA, on which the service is installed."""
    machine = recorded("rack-server", tmp_path)
    (tmp_path / UNIT).parent.mkdir(parents=True)
    (tmp_path / UNIT).write_bytes((ROOT / "deploy/agent/cadastre-agent.service").read_bytes())
    (tmp_path / "usr/sbin").mkdir(parents=True, exist_ok=True)
    (tmp_path / "usr/sbin/smartctl").touch()
    return machine


def _run_service(place: Path, rights: str) -> None:
    group = place / "sys/fs/cgroup/system.slice/cadastre-agent.service"
    group.mkdir(parents=True)
    (group / "cgroup.procs").write_text("4711\n4712\n")
    (place / "proc/4711").mkdir(parents=True)
    (place / "proc/4711/status").write_text(f"Name:\tpython3\nCapEff:\t{rights}\n")


def _verdicts(machine: Machine, health: dict[str, list[str]] | None = None) -> list[str]:
    progress = {"memory": {"disks": {"health": health or {}}}}
    told = disk_rights.verdicts(machine, progress, "cadastre-agent")
    return [f"{'ok' if well else 'note'} {sentence}" for well, sentence in told]


def test_the_service_is_given_what_its_disks_take_and_loses_it_again(
    server: Machine, tmp_path: Path
) -> None:
    systemctl = Systemctl()
    said = disk_rights.turn_on(server, systemctl)
    assert "nvme0n1 by CAP_SYS_ADMIN, sda, sdb by CAP_SYS_RAWIO" in said
    words = (tmp_path / DROP_IN).read_text().splitlines()
    assert "CapabilityBoundingSet=CAP_SYS_ADMIN CAP_SYS_RAWIO" in words
    assert words[-2:] == ["DeviceAllow=block-blkext r", "DeviceAllow=block-sd r"]
    restarted = [["daemon-reload"], ["try-restart", "cadastre-agent.service"]]
    assert systemctl.told == restarted
    disk_rights.turn_on(server, systemctl)
    disk_rights.turn_off(server, systemctl)
    assert systemctl.told == restarted * 3
    assert not (tmp_path / DROP_IN).parent.exists()
    assert "no right" in disk_rights.turn_off(server, systemctl)


def test_a_machine_with_one_kind_of_disk_gives_one_right(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1/size = 2000",
        "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1/device/",
        "/sys/block/nvme0n1 -> ../devices/pci0000:00/nvme/nvme0/nvme0n1",
        f"/{UNIT} = [Unit]",
    )
    disk_rights.turn_on(machine, Systemctl())
    assert (tmp_path / DROP_IN).read_text().splitlines()[-2:] == [
        "CapabilityBoundingSet=CAP_SYS_ADMIN",
        "DeviceAllow=block-blkext r",
    ]


def test_what_people_added_to_the_service_themselves_stays(server: Machine, tmp_path: Path) -> None:
    own = (tmp_path / DROP_IN).with_name("override.conf")
    own.parent.mkdir()
    own.write_text("[Service]\nNice=19\n")
    disk_rights.turn_on(server, Systemctl())
    disk_rights.turn_off(server, Systemctl())
    assert own.read_text() == "[Service]\nNice=19\n"


def test_without_a_service_or_such_disks_nothing_is_written(
    server: Machine, tmp_path: Path
) -> None:
    guest = made_of(tmp_path / "guest", f"/{UNIT} = [Unit]")
    with pytest.raises(AgentError, match="No disk of this machine"):
        disk_rights.turn_on(guest, Systemctl())
    (tmp_path / UNIT).unlink()
    with pytest.raises(AgentError, match="no service cadastre-agent"):
        disk_rights.turn_on(server, Systemctl())
    assert not (tmp_path / DROP_IN).exists()


def test_a_systemd_that_does_not_answer_is_named(server: Machine) -> None:
    with pytest.raises(AgentError, match="`systemctl daemon-reload` failed"):
        disk_rights.turn_on(server, Systemctl(1))


@pytest.mark.parametrize("rights", [NO_RIGHTS, ALL_RIGHTS])
def test_the_doctor_reads_the_rights_of_the_running_service(
    server: Machine, tmp_path: Path, rights: str
) -> None:
    _run_service(tmp_path, rights)
    told = _verdicts(server)
    if rights == ALL_RIGHTS:
        assert told == [
            "ok Health of nvme0n1: may be asked with CAP_SYS_ADMIN.",
            "ok Health of sda, sdb: may be asked with CAP_SYS_RAWIO.",
        ]
    else:
        way = "run `cadastre-agent disk-health on` as root."
        assert told == [
            f"note Health of nvme0n1: the service lacks CAP_SYS_ADMIN: {way}",
            f"note Health of sda, sdb: the service lacks CAP_SYS_RAWIO: {way}",
        ]


def test_a_service_that_stands_still_is_judged_by_its_files(
    server: Machine, tmp_path: Path
) -> None:
    assert all(one.startswith("note") for one in _verdicts(server))
    disk_rights.turn_on(server, Systemctl())
    assert all(one.startswith("ok") for one in _verdicts(server))


def test_a_disk_that_was_asked_and_kept_silent_is_named(server: Machine, tmp_path: Path) -> None:
    _run_service(tmp_path, ALL_RIGHTS)
    (tmp_path / "usr/sbin/smartctl").unlink()
    keys = {one["name"]: f"{one['name']} {one['serial']}" for one in _disks(server)}
    health = {keys["nvme0n1"]: ["good", ""], keys["sda"]: [], keys["sdb"]: ["good", ""]}
    assert _verdicts(server, health) == [
        "ok Health of nvme0n1: may be asked with CAP_SYS_ADMIN.",
        "note Health of sda, sdb: smartctl is not installed: install the package smartmontools.",
        "note Health of sda: asked with CAP_SYS_RAWIO, and told nothing.",
    ]


def test_once_there_is_the_right_disks_are_asked_at_once(enrolled: Path) -> None:
    state = State(str(enrolled))
    state.keep_progress({"sequence": 3, "memory": {"disks": {"at": 1, "health": {}}, "os": {}}})
    disk_rights.ask_anew(state)
    assert state.progress() == {"sequence": 3, "memory": {"os": {}}}


@pytest.mark.parametrize(
    ("added", "lacking"),
    [
        ("", {"CAP_SYS_ADMIN", "CAP_SYS_RAWIO"}),
        ("sys_admin", {"CAP_SYS_RAWIO"}),
        ("sys_rawio", {"CAP_SYS_ADMIN"}),
        ("sys_admin,sys_rawio", set()),
    ],
)
def test_a_process_with_the_rights_of_the_unit_and_no_other_knows_what_it_lacks(
    server: Machine, tmp_path: Path, added: str, lacking: set[str]
) -> None:
    (tmp_path / UNIT).unlink()
    (tmp_path / "proc").rename(tmp_path / "recorded-proc")
    (tmp_path / "proc").symlink_to("/proc")
    program = (
        "import sys\n"
        f"sys.path.append({str(ROOT)!r})\n"
        "from agent import disk_rights\n"
        "from agent.machine import Machine\n"
        f"machine = Machine({str(tmp_path)!r})\n"
        "print(*(told for _, told in disk_rights.verdicts(machine, {}, 'x')), sep='\\n')\n"
    )
    told = _dropped(added, ["-c", program])
    assert {right for right in lacking if f"lacks {right}" in told} == lacking
    assert told.count("lacks") == len(lacking)


def test_the_rights_of_the_unit_read_what_all_of_them_read(tmp_path: Path) -> None:
    """This machine's own disks, with the unit's rights, the drop-in's, and all of root's."""
    ask = [str(ROOT / "agent" / "__main__.py"), "print", "--compact", "disks", "filesystems"]
    place = ["--state-dir", str(tmp_path / "none")]
    reports = [
        _dropped("", [*ask, *place]),
        _dropped("sys_admin,sys_rawio", [*ask, *place]),
        subprocess.run(
            [sys.executable, *ask, *place], capture_output=True, text=True, check=True
        ).stdout,
    ]
    sections = [one[one.index('"sections"') :] for one in reports]
    assert sections[0] == sections[1] == sections[2]
    assert '"size_bytes"' in sections[0]


def test_the_drop_in_is_understood_by_systemd_and_leaves_the_sandbox(tmp_path: Path) -> None:
    judge = require_program("systemd-analyze", "systemd")
    unit = (ROOT / "deploy/agent/cadastre-agent.service").read_text()
    place = tmp_path / "cadastre-agent.service"
    place.write_text(unit.replace("/usr/bin/cadastre-agent", "/bin/true"))
    added = tmp_path / "cadastre-agent.service.d" / "disk-health.conf"
    added.parent.mkdir()
    added.write_text(disk_rights.drop_in(["nvme", "smartctl"]))
    verified = subprocess.run(
        [judge, "verify", str(place)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        [judge, "security", "--offline=yes", "--threshold=40", "--no-pager", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-200:]
    exposed = {line.split()[1] for line in judged.stdout.splitlines() if line.startswith("✗")}
    assert "CapabilityBoundingSet=~CAP_SYS_ADMIN" in exposed
    assert "CapabilityBoundingSet=~CAP_SYS_MODULE" not in exposed


def _disks(machine: Machine) -> list[dict[str, str]]:
    return [one for some in disk_rights.needs(machine).values() for one in some]


def _dropped(added: str, words: list[str]) -> str:
    """Run our Python with the unit's rights and `added` ones alone; what it says."""
    drop = require_program("setpriv", "util-linux")
    given = ",".join(f"+{one}" for one in f"{UNIT_RIGHTS},{added}".strip(",").split(","))
    done = subprocess.run(
        [drop, "--bounding-set", f"-all,{given}", "--no-new-privs", sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
