"""gunicorn inside this program; the only file that knows it."""

import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from server.foundation.settings import Settings
from server.serving.worker import STOP_SECONDS, CountedApp, Worker

log = structlog.get_logger(__name__)


class _Journalled(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own lines, through our journal; the access log is ours already."""

    def setup(self, cfg: Any) -> None:
        """Let the lines pass to the root logger; its narration of starts and stops is for us."""
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel("WARNING")


class _CalmWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's threaded worker, with a quick stop that cannot hang.

    The original shuts its thread pool down inside the signal handler and waits for itself when the
    signal meets the main thread inside that pool (gunicorn 27.0).
    """

    def handle_quit(self, _number: int, _frame: FrameType | None) -> None:
        """Leave the main loop at its next turn; requests in hand are waited for in ``end``."""
        self.alive = False
        self.method_queue.defer(_leave)


def _leave() -> None:
    raise SystemExit(0)


class Embedded(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn, told everything by this program and nothing by files or the environment."""

    def __init__(self, settings: Settings, listener: socket.socket, worker: Worker) -> None:
        self._settings = settings
        self._listener = listener
        self._worker = worker
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings over."""
        settings = self._settings
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.detach()}",
            "workers": settings.processes,
            "worker_class": _CalmWorker,
            "threads": settings.web_threads,
            "keepalive": 15,
            "timeout": 120,
            "graceful_timeout": STOP_SECONDS + 5,
            "limit_request_line": 8190,
            "logger_class": _Journalled,
            "accesslog": None,
            # The socket would be shared by every instance of one user (benoitc/gunicorn#3551).
            "control_socket_disable": True,
            # Whom to believe about proxies is decided in edge.transport alone.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "proc_name": "cadastre",
            "post_worker_init": self._worker.begin,
            "worker_exit": self._worker.end,
        }
        if settings.tls_certificate:
            options["certfile"] = settings.tls_certificate
            options["keyfile"] = settings.tls_key or None
            options["ssl_context"] = _TlsContext()
        for name, value in options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until a signal comes."""
        _FixedNumber(self).run()

    def load(self) -> CountedApp:
        """Return the application; called in the worker."""
        return self._worker.application()


class _FixedNumber(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's arbiter without the signals that would change how many workers there are."""

    def __init__(self, app: BaseApplication) -> None:
        self._keeps_on = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().__init__(app)

    def handle_hup(self) -> None:
        """Stop when the terminal is closed, unless started with nohup."""
        if not self._keeps_on:
            self.handle_term()

    def handle_ttin(self) -> None:
        """Stay with the number of the settings."""

    handle_ttou = handle_usr2 = handle_winch = handle_ttin


class _TlsContext:
    """One TLS context for all connections, made anew when the certificate's file changes."""

    def __init__(self) -> None:
        self._made: ssl.SSLContext | None = None
        self._stamp: tuple[float, ...] = ()

    def __call__(self, cfg: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """Return the context; gunicorn asks at every connection."""
        files = [Path(name) for name in (cfg.certfile, cfg.keyfile) if name]
        stamp = tuple(file.stat().st_mtime for file in files)
        if self._made is None or stamp != self._stamp:
            try:
                self._made, self._stamp = make(), stamp
            except (OSError, ssl.SSLError):
                if self._made is None:
                    raise
                log.exception("the new certificate cannot be used; the old one stays")
        return self._made
