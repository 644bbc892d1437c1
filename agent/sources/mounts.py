"""What is mounted where, from the kernel's mount table (proc(5), mountinfo)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

_REMOTE = ("nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs")
_WITHOUT_DEVICE = ("zfs", "virtiofs", "9p")
# Images of packages (snap) and media that come and go.
_NOT_STORAGE = ("squashfs", "iso9660", "udf", "overlay", "erofs")


class Mount:
    """One mounted file system."""

    __slots__ = ("device", "number", "point", "read_only", "remote", "subtree", "type")

    def __init__(self, fields: list[str], tail: list[str]) -> None:
        self.number, self.subtree = fields[2], unescaped(fields[3])
        self.point = unescaped(fields[4])
        self.read_only = "ro" in fields[5].split(",")
        self.type, self.device = tail[0], unescaped(tail[1])
        self.remote = self.type in _REMOTE


def mounts(machine: Machine) -> list[Mount]:
    """Return mounted storage by mount point, each file system once.

    Bind mounts and subvolumes fold into the mount nearest the file system's root.
    """
    return machine.once("mounts", _read)


def size_and_free(machine: Machine, mount: Mount) -> tuple[int | None, int | None]:
    """Bytes in all and bytes free for ordinary users; unknown for remote storage.

    A file server that is away would hold the question, and the agent with it, for ever.
    """
    if mount.remote:
        return None, None
    try:
        told = os.statvfs(machine.path(mount.point))
    except OSError:
        return None, None
    return told.f_blocks * told.f_frsize, told.f_bavail * told.f_frsize


def unescaped(text: str) -> str:
    r"""Return a field of the mount table with its octal escapes undone.

    >>> unescaped(r"/mnt/my\040disk")
    '/mnt/my disk'
    """
    if "\\" not in text:
        return text
    head, *rest = text.split("\\")
    return head + "".join(
        chr(int(piece[:3], 8)) + piece[3:] if piece[:3].isdecimal() else "\\" + piece
        for piece in rest
    )


def _read(machine: Machine) -> list[Mount]:
    # Process 1 sees the machine's own mounts; ours may be a sandbox where all is read-only.
    remarks = list(machine.remarks)
    lines = machine.lines("/proc/1/mountinfo") or machine.lines("/proc/self/mountinfo")
    machine.remarks[:] = remarks
    kept: dict[str, Mount] = {}
    for line in lines:
        head, dash, tail = line.partition(" - ")
        if not dash:
            continue
        mount = Mount(head.split(), tail.split(" "))
        if _storage(mount):
            known = kept.get(mount.number)
            kept[mount.number] = mount if known is None else min(known, mount, key=_nearness)
    return sorted(kept.values(), key=lambda mount: mount.point)


def _nearness(mount: Mount) -> tuple[int, int, str]:
    return len(mount.subtree), len(mount.point), mount.point


def _storage(mount: Mount) -> bool:
    if mount.type in _NOT_STORAGE:
        return False
    return mount.remote or mount.type in _WITHOUT_DEVICE or mount.device.startswith("/dev/")
