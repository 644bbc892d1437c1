"""Run a program to which the kernel refuses what a tight sandbox refuses (seccomp(2), by a filter).

    python tests/agent/refusing.py sock_diag|memory PROGRAM WORDS…

It says so before it begins when the kernel takes no filter. linux/filter.h and linux/seccomp.h tell
the numbers.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

_SOCKET = {"x86_64": 41, "aarch64": 198}
_MEMFD_CREATE = {"x86_64": 319, "aarch64": 279}
_AF_NETLINK, _NETLINK_SOCK_DIAG = 16, 4
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERROR = 0x7FFF_0000, 0x0005_0000
_NUMBER_AT, _FIRST_AT, _THIRD_AT = 0, 16, 32  # of a little-endian seccomp_data
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER = 22, 38, 2


def refuse(*equal: tuple[int, int], code: int) -> None:
    """Answer with the error `code` when the words at these places of a call are these."""
    left = [2 * (len(equal) - at) - 1 for at in range(len(equal))]
    steps = [(_LOAD, 0, 0, place) for place, _ in equal]
    tests = [
        (_JUMP_IF_EQUAL, 0, skipped, value) for (_, value), skipped in zip(equal, left, strict=True)
    ]
    lines = [step for pair in zip(steps, tests, strict=True) for step in pair]
    lines += [(_RETURN, 0, 0, _ERROR | code), (_RETURN, 0, 0, _ALLOW)]
    filled = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
    program = struct.pack("@HP", len(lines), ctypes.addressof(filled))
    library = ctypes.CDLL(None, use_errno=True)
    for words in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _FILTER, program, 0, 0)):
        if library.prctl(*words):
            sys.exit(f"the kernel takes no filter: {os.strerror(ctypes.get_errno())}")


def main() -> None:
    """Refuse what is named first, then become the program."""
    wish, *command = sys.argv[1:]
    processor = platform.machine()
    if wish == "sock_diag":
        question = (_FIRST_AT, _AF_NETLINK), (_THIRD_AT, _NETLINK_SOCK_DIAG)
        refuse((_NUMBER_AT, _SOCKET[processor]), *question, code=errno.EAFNOSUPPORT)
    else:
        refuse((_NUMBER_AT, _MEMFD_CREATE[processor]), code=errno.EPERM)
    os.execv(command[0], command)  # noqa: S606 - the words of a test


if __name__ == "__main__":
    main()
