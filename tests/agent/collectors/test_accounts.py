"""Which accounts and groups the machine itself keeps."""

from pathlib import Path

from agent.collectors import groups, users
from tests.agent.recordings import made_of


def test_accounts_are_told_without_passwords(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/passwd <<",
        "root:hunter2:0:0:root:/root:/bin/bash",
        "ana:x:1000:1000:Ana Ruiz,Room 4,,:/home/ana:/bin/zsh",
        "+::::::",
        "broken line",
        ">>",
    )
    assert users.collect(machine) == [
        {
            "name": "ana",
            "uid": "1000",
            "full_name": "Ana Ruiz",
            "home": "/home/ana",
            "shell": "/bin/zsh",
        },
        {"name": "root", "uid": "0", "full_name": "root", "home": "/root", "shell": "/bin/bash"},
    ]


def test_members_of_a_group_are_in_order_and_once(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/etc/group <<", "sudo:x:27:zoe,ana,zoe", "adm:x:4:", ">>")
    assert groups.collect(machine) == [
        {"name": "adm", "gid": "4", "members": []},
        {"name": "sudo", "gid": "27", "members": ["ana", "zoe"]},
    ]
