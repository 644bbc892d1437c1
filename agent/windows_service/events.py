"""Writes into Windows' log of applications, where people look why a service stopped."""

from __future__ import annotations

import ctypes

from agent.windows_service.control import NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Where its source is registered, and the file that has the words "%1" for such an event.
SOURCE_KEY = f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\{NAME}"
MESSAGES = "%SystemRoot%\\System32\\EventCreate.exe"
_WARNING = 2
_EVENT = 1
#: Windows takes 31,839 characters.
_LONGEST = 31_000


class EventLog:
    """Called with a sentence it writes one warning; `library` is advapi32."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def __call__(self, sentence: str) -> None:
        """Write one warning; where the log is closed or full, nothing."""
        handle = self._library.RegisterEventSourceW(None, NAME)
        if not handle:
            return
        try:
            texts = (ctypes.c_wchar_p * 1)(sentence[:_LONGEST].replace("\0", " "))
            self._library.ReportEventW(handle, _WARNING, 0, _EVENT, None, 1, 0, texts, None)
        finally:
            self._library.DeregisterEventSource(handle)
