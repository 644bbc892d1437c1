"""Windows to a service: the control manager behind advapi32, and sc.exe with reg.exe.

The functions are real pointers with Windows' own prototypes, and call back on real threads.
"""

import ctypes
from dataclasses import dataclass, field
from queue import Queue
from threading import Condition, Thread
from types import SimpleNamespace
from typing import Any

from agent.windows_service import control

_HANDLE = 4711
_WAIT_SECONDS = 20


@dataclass(frozen=True)
class State:
    """What a service told of itself."""

    state: int
    accepted: int
    exit_code: int
    own_exit_code: int


@dataclass
class ControlManager:
    """Starts what asks to be dispatched, hands controls on, keeps what it is told."""

    states: list[State] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    starts: bool = True

    def __post_init__(self) -> None:
        self._controls: Queue[int | None] = Queue()
        self._changed = Condition()
        self._handler: Any = None
        self._open_sources = 0
        ours: dict[str, Any] = {
            "StartServiceCtrlDispatcherW": self._dispatch,
            "RegisterServiceCtrlHandlerExW": self._register,
            "SetServiceStatus": self._keep_status,
            "RegisterEventSourceW": self._open_source,
            "ReportEventW": self._report,
            "DeregisterEventSource": self._close_source,
        }
        prototypes = control.PROTOTYPES.items()
        self.library = SimpleNamespace(
            **{
                name: ctypes.CFUNCTYPE(returned, *taken)(ours[name])
                for name, (returned, taken) in prototypes
            }
        )

    def send(self, code: int) -> None:
        """Hand a control to the service."""
        self._controls.put(code)

    def wait_for(self, state: int) -> State:
        """Wait until the service has told a state."""
        with self._changed:
            told = self._changed.wait_for(lambda: self._told(state), _WAIT_SECONDS)
        assert told, f"{state} was never told, only {self.states}"
        return next(one for one in self.states if one.state == state)

    def _told(self, state: int) -> bool:
        return any(one.state == state for one in self.states)

    def _dispatch(self, table: Any) -> int:
        if not self.starts:
            return 0
        assert table[0].name == control.NAME
        assert table[1].name is None
        main, words = table[0].main, (ctypes.c_wchar_p * 1)(control.NAME)
        serving = Thread(target=main, args=(1, words))
        serving.start()
        while (code := self._controls.get(timeout=_WAIT_SECONDS)) is not None:
            self.answers.append(self._handler(code, 0, None, None))
        serving.join(_WAIT_SECONDS)
        return 1

    def _register(self, name: str, handler: Any, _context: Any) -> int:
        assert name == control.NAME
        self._handler = handler
        return _HANDLE

    def _keep_status(self, handle: int, status: Any) -> int:
        assert handle == _HANDLE
        one = status.contents
        assert one.kind == 0x10
        with self._changed:
            told = State(one.state, one.accepted, one.exit_code, one.own_exit_code)
            self.states.append(told)
            self._changed.notify_all()
        if one.state == control.STOPPED:
            self._controls.put(None)
        return 1

    def _open_source(self, _server: Any, source: str) -> int:
        assert source == control.NAME
        self._open_sources += 1
        return _HANDLE

    def _report(self, handle: int, *rest: Any) -> int:
        texts, count = rest[6], rest[4]
        assert (handle, count, self._open_sources) == (_HANDLE, 1, 1)
        self.events.append(texts[0])
        return 1

    def _close_source(self, _handle: int) -> int:
        self._open_sources -= 1
        return 1


@dataclass
class Programs:
    """sc.exe and reg.exe: what services and keys there are, by the words they were made with."""

    services: dict[str, dict[str, str]] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    keys: dict[str, list[str]] = field(default_factory=dict)
    #: What sc.exe answers to everything, for instance 5 to who is no administrator.
    refusal: int = 0

    def __call__(self, words: list[str]) -> int:
        """Run one of them; its exit code."""
        program, verb, name, *rest = words
        if program.endswith("reg.exe"):
            self.keys[name] = [verb, *rest]
            return 0
        assert program.endswith("sc.exe")
        return self.refusal or self._control(verb, name, rest)

    def _control(self, verb: str, name: str, rest: list[str]) -> int:
        known, runs = name in self.services, name in self.running
        refused = {"create": known and 1073, "start": runs and 1056, "stop": not runs and 1062}
        if verb != "create" and not known:
            return 1060
        if code := refused.get(verb):
            return code
        if verb in {"create", "config", "failure"}:
            pairs = zip(rest[::2], rest[1::2], strict=True)
            self.services.setdefault(name, {}).update(pairs)
        elif verb == "delete":
            del self.services[name]
        elif verb in {"start", "stop"}:
            (self.running.add if verb == "start" else self.running.remove)(name)
        return 0
