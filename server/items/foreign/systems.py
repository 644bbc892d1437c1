"""What operating systems call themselves in os-release, by the names that other agents tell.

Advisories and ends of support go by these short ids; without one they would mean nobody.
"""

#: Beginnings of names, in small letters, to the ID of os-release(5); longer ones first.
_IDS = (
    ("red hat enterprise linux", "rhel"),
    ("oracle linux", "ol"),
    ("opensuse tumbleweed", "opensuse-tumbleweed"),
    ("opensuse leap", "opensuse-leap"),
    ("suse linux enterprise server", "sles"),
    ("sles", "sles"),
    ("linux mint", "linuxmint"),
    ("linuxmint", "linuxmint"),
    ("amazon linux", "amzn"),
    ("rocky linux", "rocky"),
    ("almalinux", "almalinux"),
    ("arch linux", "arch"),
    ("alpine linux", "alpine"),
    ("raspbian", "raspbian"),
    ("debian", "debian"),
    ("ubuntu", "ubuntu"),
    ("fedora", "fedora"),
    ("centos", "centos"),
    ("redhat", "rhel"),
    ("microsoft windows", "windows"),
    ("mac os x", "macos"),
    ("macos", "macos"),
)


def system_id(name: str) -> str | None:
    """Return the id of an operating system, as our own agent tells it; None for one not known.

    >>> system_id("Debian GNU/Linux 12 (bookworm)"), system_id("Solaris")
    ('debian', None)
    """
    told = " ".join(name.casefold().split())
    return next((known for begins, known in _IDS if told.startswith(begins)), None)
