"""Real switches: network namespaces with a Linux bridge, snmpd and lldpd, joined by veth pairs.

Node n is a namespace with the bridge ``br0``, its cables as bridge ports, and a card ``mgmt`` by
which it is managed (10.99.0.n), outside the bridge. The scanner runs in a namespace of its own.
Needs root and CAP_NET_ADMIN.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import require_program

COMMUNITY = "cadastre"
Cable = tuple[int, int]

_SNMPD = """
[snmp] persistentDir {folder}
[snmp] mibs :
agentAddress udp:161
master agentx
agentXSocket {folder}/agentx
sysName node{number}
sysServices 2
rocommunity {community}
"""


def can_be_cabled() -> bool:
    """Say whether this process may make network namespaces."""
    if os.geteuid() or shutil.which("ip") is None:
        return False
    name = f"cad{os.getpid()}"
    made = _try("ip", "netns", "add", name)
    _try("ip", "netns", "delete", name)
    return made


class CabledLab:
    """A cabled network, up as long as the context lasts.

    ``silent`` nodes are switches without lldpd and without snmpd that pass LLDP on.
    """

    def __init__(self, folder: Path, cables: Sequence[Cable], silent: Iterable[int] = ()) -> None:
        self._folder = folder
        self._cables = cables
        self._silent = set(silent)
        self._prefix = f"cad{os.getpid()}"
        self.nodes = sorted({node for cable in cables for node in cable})
        self._stack = ExitStack()
        self._announcing: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            self._lay()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def scanner(self) -> list[str]:
        """Return the words that run a program where it reaches all nodes."""
        return ["ip", "netns", "exec", self._space(0)]

    def address(self, node: int) -> str:
        """Return the address by which a node is managed."""
        return f"10.99.0.{node}"

    def port(self, node: int, other: int) -> str:
        """Return the name of the port of ``node`` that leads to ``other``."""
        return f"to{other}"

    def _space(self, node: int) -> str:
        return f"{self._prefix}n{node}"

    def _lay(self) -> None:
        self._folder.chmod(0o755)  # lldpcli steps down to a user of its own
        for node in (0, *self.nodes):
            _run("ip", "netns", "add", self._space(node))
            self._stack.callback(_try, "ip", "netns", "delete", self._space(node))
            self._in(node, "ip", "link", "set", "lo", "up")
            self._in(node, "ip", "link", "add", "br0", "type", "bridge")
            if node in self._silent:
                # Frames to 01:80:c2:00:00:0e (LLDP) pass, as through an unmanaged switch.
                mask = ("type", "bridge", "group_fwd_mask", "16384")
                self._in(node, "ip", "link", "set", "br0", *mask)
            self._in(node, "ip", "link", "set", "br0", "up")
        self._in(0, "ip", "address", "add", "10.99.0.254/24", "dev", "br0")
        for one, other in self._cables:
            self._cable(one, f"to{other}", other, f"to{one}")
        for node in self.nodes:
            self._cable(0, f"m{node}", node, "mgmt", managed=True)
            self._in(node, "ip", "address", "add", f"{self.address(node)}/24", "dev", "mgmt")
        for node in self.nodes:
            if node not in self._silent:
                self._serve(node)

    def _cable(
        self, one: int, port: str, other: int, other_port: str, *, managed: bool = False
    ) -> None:
        ends = ("name", port, "netns", self._space(one)), (other_port, self._space(other))
        _run(
            "ip",
            "link",
            "add",
            *ends[0],
            "type",
            "veth",
            "peer",
            "name",
            ends[1][0],
            "netns",
            ends[1][1],
        )
        for node, name in ((one, port), (other, other_port)):
            if not (managed and node == other):
                self._in(node, "ip", "link", "set", name, "master", "br0")
            self._in(node, "ip", "link", "set", name, "up")

    def _serve(self, node: int) -> None:
        folder = self._folder / str(node)
        folder.mkdir(mode=0o755)
        words = {"folder": folder, "number": node, "community": COMMUNITY}
        (folder / "snmpd.conf").write_text(_SNMPD.format(**words))
        snmpd = require_program("snmpd", "snmpd")
        self._start(
            node,
            snmpd,
            "-f",
            "-Lf",
            str(folder / "log"),
            "-C",
            "-c",
            str(folder / "snmpd.conf"),
            "-p",
            str(folder / "pid"),
        )
        _wait_for(folder / "agentx")
        self._announce_from(node)

    def _announce_from(self, node: int) -> None:
        lldpd, folder = require_program("lldpd", "lldpd"), self._folder / str(node)
        self._announcing[node] = self._start(
            node,
            "unshare",
            "-u",
            "sh",
            "-c",
            f"hostname node{node} && exec {lldpd} -d -x -X {folder}/agentx "
            f"-u {folder}/lldpd -p {folder}/lldpd.pid -I 'to*' -C br0 -S text -O /dev/null",
        )
        _wait_for(folder / "lldpd")
        # A node that started first is heard by those after it only when it announces itself again;
        # what was announced is believed for long, also on a machine that is busy.
        self._tell(node, "configure", "lldp", "tx-interval", "1")
        self._tell(node, "configure", "lldp", "tx-hold", "60")

    def announce(self) -> None:
        """Let every node tell its neighbours who it is, now; one that came up deaf starts anew.

        On a busy machine an lldpd may open its ports before they are up, and hear nothing for ever.
        """
        for node in self.nodes:
            if node in self._silent:
                continue
            self._tell(node, "update")
            if self._is_deaf(node):
                self._announcing[node].terminate()
                self._announcing[node].wait(10)
                (self._folder / str(node) / "lldpd").unlink(missing_ok=True)
                self._announce_from(node)

    def _is_deaf(self, node: int) -> bool:
        lldpcli = require_program("lldpcli", "lldpd")
        control = str(self._folder / str(node) / "lldpd")
        told = subprocess.run(
            [lldpcli, "-u", control, "show", "statistics", "summary"],
            capture_output=True,
            text=True,
            check=False,
        )
        return re.search(r"Received:\s+0\b", told.stdout) is not None

    def _tell(self, node: int, *words: str) -> None:
        lldpcli = require_program("lldpcli", "lldpd")
        _run_until(lldpcli, "-u", str(self._folder / str(node) / "lldpd"), *words)

    def _start(self, node: int, *command: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            ["ip", "netns", "exec", self._space(node), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.terminate)
        return process

    def _in(self, node: int, *command: str) -> None:
        _run("ip", "netns", "exec", self._space(node), *command)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def _run_until(*command: str, seconds: float = 10) -> None:
    """Run a command until it succeeds: a server may not listen yet though its socket is there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _try(*command):
            return
        time.sleep(0.1)
    _run(*command)


def _try(*command: str) -> bool:
    return not subprocess.run(command, capture_output=True, check=False).returncode


def _wait_for(path: Path, seconds: float = 10) -> None:
    """Wait until a server has made its socket."""
    until = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > until:
            raise RuntimeError(f"{path} did not appear")
        time.sleep(0.05)
