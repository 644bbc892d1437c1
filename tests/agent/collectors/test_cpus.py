"""What sits in the sockets."""

from pathlib import Path

from agent.collectors import cpus
from agent.machine import Machine
from tests.agent.recordings import made_of, recorded


def test_each_socket_is_one_entry_with_its_cores_and_threads(tmp_path: Path) -> None:
    found = cpus.collect(recorded("rack-server", tmp_path))
    one = {
        "model": "Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz",
        "vendor": "Intel",
        "architecture": "x86_64",
        "cores": 2,
        "threads": 4,
        "mhz_max": 2200,
    }
    assert found == [one, one]


def test_an_arm_processor_is_named_by_its_part_number(tmp_path: Path) -> None:
    found = cpus.collect(
        recorded("raspberry", tmp_path, uname=("Linux", "pi", "6.6.31-v8", "aarch64"))
    )
    assert found == [
        {
            "model": "Cortex-A72",
            "vendor": "Arm",
            "architecture": "aarch64",
            "cores": 4,
            "threads": 4,
            "mhz_max": 1800,
        }
    ]


def test_a_64_bit_processor_under_a_32_bit_kernel_is_still_one(tmp_path: Path) -> None:
    made_of(tmp_path, "/proc/cpuinfo <<", "processor : 0", "flags : fpu lm", ">>")
    machine = Machine(str(tmp_path), uname=("Linux", "old", "5.10", "i686"))
    assert cpus.collect(machine)[0]["architecture"] == "x86_64"


def test_the_speed_of_the_moment_is_never_reported(tmp_path: Path) -> None:
    made = made_of(tmp_path, "/proc/cpuinfo <<", "processor : 0", "cpu MHz : 1234.5", ">>")
    assert cpus.collect(made)[0]["mhz_max"] is None
