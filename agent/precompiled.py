"""The one-file program, compiled once for all cycles of a supervisor.

Sources in an archive are compiled anew by each process that runs them, which is half of what a
cycle costs. So a child of the supervisor compiles them once, into memory that has no name on any
disk (memfd_create(2)) and that nobody can write to afterwards, not even the agent (F_ADD_SEALS,
fcntl(2)). It is an archive too, of what the interpreter would have kept in `__pycache__`, and it
goes with its supervisor. Where the system has no such memory, each cycle compiles the sources.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # device, inode, size and the time of the last change of any kind
    Stamp = tuple[int, int, int, int]

_PACKAGE = "agent/"
# What is started with the memory's path and the agent's own words behind it.
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from agent.__main__ import main; sys.exit(main())"
)
_END_OF_ARCHIVE = b"PK\5\6"  # APPNOTE 4.3.16
_END_BYTES = 22
_NOEXEC_SEAL = 8  # MFD_NOEXEC_SEAL, which Python does not name yet
_UNCHECKED_HASH = (1).to_bytes(4, "little")  # PEP 552: no source to compare with


class Precompiled:
    """What starts the agent again and again: `entry` is its program file, `plain` its command.

    One object serves one supervisor, and is used by one thread.
    """

    def __init__(self, entry: str, plain: list[str]) -> None:
        self._entry = entry
        self._plain = plain
        self._stamps: tuple[Stamp | None, Stamp | None] | None = None
        self._descriptor: int | None = None

    def command(self) -> list[str]:
        """Return the command to put the agent's words behind; it inherits open descriptors.

        The program is compiled at the first call, and when it or the interpreter was replaced
        since. What fails is not tried again before.
        """
        stamps = (_stamp(self._entry), _stamp(sys.executable))
        if stamps != self._stamps:
            self._stamps = stamps
            self._renew()
        if self._descriptor is None:
            return self._plain
        return [*self._plain[:-1], "-c", _START, place(self._descriptor)]

    def close(self) -> None:
        """Give the memory back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _renew(self) -> None:
        self.close()
        descriptor = _memory() if _is_archive(self._entry) else None
        if descriptor is None:
            return
        child = [*self._plain, "precompile", str(descriptor)]
        failed = os.spawnv(os.P_WAIT, sys.executable, child)  # noqa: S606 - our own program
        if failed:
            os.close(descriptor)
        else:
            self._descriptor = descriptor


def place(descriptor: int) -> str:
    """Return the path under which the memory is read by whoever inherited `descriptor`."""
    return f"/proc/self/fd/{descriptor}"


def fill(descriptor: int, archive: str) -> int:
    """Compile the agent in `archive` into the memory behind `descriptor`, and seal it.

    The exit code is EXIT_DONE when this interpreter can run it from there. What stands in the way
    is said on standard error; it costs nothing but time.
    """
    import fcntl  # noqa: PLC0415 - the child's alone, as what follows
    import zipfile  # noqa: PLC0415
    import zipimport  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    from agent.errors import EXIT_DONE, EXIT_FAILED  # noqa: PLC0415

    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    try:
        with (
            zipfile.ZipFile(archive) as sources,
            os.fdopen(descriptor, "wb", closefd=False) as memory,
            zipfile.ZipFile(memory, "w") as compiled,
        ):
            for name in sources.namelist():
                if name.startswith(_PACKAGE) and name.endswith(".py"):
                    code = _compiled(sources.read(name), f"{archive}/{name}")
                    compiled.writestr(zipfile.ZipInfo(f"{name}c"), code)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        zipimport.zipimporter(f"{place(descriptor)}/agent").get_code("agent.cycle")
    except (OSError, ImportError, SyntaxError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        sys.stderr.write(f"cadastre-agent: cycles are compiled each anew, and cost more: {error}\n")
        return EXIT_FAILED
    return EXIT_DONE


def _compiled(source: bytes, path: str) -> bytes:
    """Return what `__pycache__` would hold for a source, to be believed without it (PEP 552)."""
    import marshal  # noqa: PLC0415 - the child's alone, as what follows
    from importlib.util import MAGIC_NUMBER, source_hash  # noqa: PLC0415

    code = compile(source, path, "exec", dont_inherit=True)
    return MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(source) + marshal.dumps(code)


def _stamp(path: str) -> Stamp | None:
    try:
        told = os.stat(path)
    except OSError:
        return None
    return (told.st_dev, told.st_ino, told.st_size, told.st_ctime_ns)


def _is_archive(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            file.seek(-_END_BYTES, os.SEEK_END)
            return file.read(len(_END_OF_ARCHIVE)) == _END_OF_ARCHIVE
    except OSError:
        return False


def _memory() -> int | None:
    """Return a descriptor of new memory, which children inherit; None where there is none."""
    create = getattr(os, "memfd_create", None)
    if create is None:
        return None
    # Linux from 6.3 on wants to hear that it holds no program, some insist; older ones refuse that.
    for flags in (os.MFD_ALLOW_SEALING | _NOEXEC_SEAL, os.MFD_ALLOW_SEALING):
        try:
            descriptor: int = create("cadastre-agent", flags)
        except OSError:
            continue
        return descriptor
    return None
