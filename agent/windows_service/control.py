"""Speaks with the service control manager of Windows, through advapi32 alone (winsvc.h).

The process's first thread is given to Windows, which calls the handler on it; the service's own
work runs on a thread that Windows makes. Where this is not Windows everything but `advapi32` works
as well, so a stand-in of the library can be given.
"""

from __future__ import annotations

import ctypes
import threading

from agent.errors import EXIT_DONE, EXIT_FAILED, AgentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Work(Protocol):
        """What a service does."""

        def prepare(self) -> None:
            """Raise AgentError when there is no use in starting."""

        def run(self) -> None:
            """Do it until `stop` is called on another thread."""

        def stop(self) -> None:
            """Make `run` end soon; return at once."""


NAME = "cadastre-agent"
STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
STOP, INTERROGATE, SHUTDOWN, PRESHUTDOWN = 1, 4, 5, 15
#: Which controls a running service takes: stop, shutdown, pre-shutdown.
ACCEPTED = 0x1 | 0x4 | 0x100
NOT_IMPLEMENTED = 120
#: The code that stands for the service's own, beside it (winerror.h).
OWN_ERROR = 1066
_NOT_STARTED_BY_WINDOWS = 1063
_OWN_PROCESS = 0x10
#: How long Windows waits for the next state.
_HINT_MILLISECONDS = 30_000

# On Windows functions of the system call back by a convention of their own.
_FUNCTION: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
_DWORD, _WORD, _POINTER, _TEXT = (
    ctypes.c_uint32,
    ctypes.c_uint16,
    ctypes.c_void_p,
    ctypes.c_wchar_p,
)
MAIN: Any = _FUNCTION(None, _DWORD, ctypes.POINTER(_TEXT))
HANDLER: Any = _FUNCTION(_DWORD, _DWORD, _DWORD, _POINTER, _POINTER)


class Status(ctypes.Structure):
    """SERVICE_STATUS."""

    _fields_ = (
        ("kind", _DWORD),
        ("state", _DWORD),
        ("accepted", _DWORD),
        ("exit_code", _DWORD),
        ("own_exit_code", _DWORD),
        ("checkpoint", _DWORD),
        ("hint_milliseconds", _DWORD),
    )


class Entry(ctypes.Structure):
    """SERVICE_TABLE_ENTRYW."""

    _fields_ = (("name", _TEXT), ("main", MAIN))


#: Function → (what it returns, what it takes).
PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "StartServiceCtrlDispatcherW": (ctypes.c_int, (ctypes.POINTER(Entry),)),
    "RegisterServiceCtrlHandlerExW": (_POINTER, (_TEXT, HANDLER, _POINTER)),
    "SetServiceStatus": (ctypes.c_int, (_POINTER, ctypes.POINTER(Status))),
    "RegisterEventSourceW": (_POINTER, (_TEXT, _TEXT)),
    "ReportEventW": (
        ctypes.c_int,
        (_POINTER, _WORD, _WORD, _DWORD, _POINTER, _WORD, _DWORD, ctypes.POINTER(_TEXT), _POINTER),
    ),
    "DeregisterEventSource": (ctypes.c_int, (_POINTER,)),
}


def advapi32() -> Any:
    """Return the library of Windows, its functions typed."""
    library = getattr(ctypes, "WinDLL")("advapi32", use_last_error=True)  # noqa: B009 - not elsewhere
    for name, (returned, taken) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = returned, taken
    return library


def last_error() -> int:
    """Return why the last function of the library failed."""
    told: Callable[[], int] = getattr(ctypes, "get_last_error", int)
    return told()


class Service:
    """One service in its own process: start pending, running, stop pending, stopped.

    `tell` gets sentences for whoever looks why it stopped.
    """

    def __init__(self, library: Any, work: Work, tell: Callable[[str], None]) -> None:
        self._library = library
        self._work = work
        self._tell = tell
        self._handle: int | None = None
        self._state = START_PENDING
        self._turn = threading.Lock()
        self._exit_code = EXIT_DONE
        # Windows keeps their addresses, so they live as long as this.
        self._main = MAIN(self._serve)
        self._handler = HANDLER(self._control)

    def dispatch(self) -> int:
        """Give this thread to Windows until the service has stopped; the exit code.

        Raises AgentError when it was not Windows that started this process.
        """
        table = (Entry * 2)(Entry(NAME, self._main), Entry())
        if not self._library.StartServiceCtrlDispatcherW(table):
            code = last_error()
            if code == _NOT_STARTED_BY_WINDOWS:
                message = "Windows alone starts this; `cadastre-agent service install` tells it to."
                raise AgentError(message)
            raise AgentError(f"Windows does not take this process for a service (error {code}).")
        return self._exit_code

    def _serve(self, _count: int, _words: Any) -> None:
        self._handle = self._library.RegisterServiceCtrlHandlerExW(NAME, self._handler, None)
        if not self._handle:
            self._exit_code = EXIT_FAILED
            return
        self._enter(START_PENDING)
        try:
            self._work.prepare()
            self._enter(RUNNING)
            self._work.run()
        except AgentError as error:
            self._tell(str(error))
            self._exit_code = error.exit_code
        except Exception as error:  # noqa: BLE001 - Windows would believe that it still runs
            self._tell(f"{type(error).__name__}: {error}")
            self._exit_code = EXIT_FAILED
        finally:
            self._enter(STOPPED)

    def _control(self, control: int, _kind: int, _data: Any, _context: Any) -> int:
        if control in (STOP, SHUTDOWN, PRESHUTDOWN):
            self._enter(STOP_PENDING)
            self._work.stop()
        elif control != INTERROGATE:  # which Windows answers itself
            return NOT_IMPLEMENTED
        return 0

    def _enter(self, state: int) -> None:
        with self._turn:
            # A stop that came before the start was told is not taken back.
            if self._state in (STOPPED, STOP_PENDING) and state != STOPPED:
                return
            self._state = state
            status = Status(kind=_OWN_PROCESS, state=state)
            if state == RUNNING:
                status.accepted = ACCEPTED
            elif state == STOPPED:
                own = self._exit_code
                status.exit_code, status.own_exit_code = (OWN_ERROR if own else 0), own
            else:
                status.checkpoint, status.hint_milliseconds = 1, _HINT_MILLISECONDS
            self._library.SetServiceStatus(self._handle, ctypes.byref(status))
