"""Which packages are installed."""

from pathlib import Path

from agent.collectors import software
from tests.agent.recordings import made_of, recorded
from tests.agent.sources.test_rpm import make_database


def test_debian_and_python_packages_stand_in_one_sorted_table(tmp_path: Path) -> None:
    found = software.collect(recorded("rack-server", tmp_path))
    assert found["columns"] == ["ecosystem", "name", "version", "architecture"]
    assert found["rows"] == [
        ["deb", "adduser", "3.134", "all"],
        ["deb", "libc6", "2.36-9+deb12u9", "amd64"],
        ["deb", "libc6", "2.36-9+deb12u9", "i386"],
        ["deb", "openssl", "3.0.15-1~deb12u1", "amd64"],
        ["pypi", "flask-login", "0.6.3", None],
        ["pypi", "requests", "2.28.1", None],
        ["pypi", "requests", "2.31.0", None],
        ["pypi", "six", "1.16.0", None],
    ]


def test_rpm_packages_are_read_from_the_database(tmp_path: Path) -> None:
    machine = recorded("vmware-guest", tmp_path)
    make_database(tmp_path)
    assert software.collect(machine)["rows"] == [
        ["rpm", "harbour-lights", "2:1.4.0-3.el9", "noarch"],
        ["rpm", "pier", "0.9~rc1-1", "x86_64"],
    ]


def test_alpine_packages_are_read_from_apks_database(tmp_path: Path) -> None:
    assert software.collect(recorded("alpine-container", tmp_path))["rows"] == [
        ["apk", "alpine-baselayout", "3.6.5-r0", "x86_64"],
        ["apk", "musl", "1.2.5-r0", "x86_64"],
    ]


def test_a_distroless_image_has_one_file_per_package(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/var/lib/dpkg/status.d/base-files <<",
        "Package: base-files",
        "Version: 12.4",
        "Architecture: amd64",
        ">>",
        "/var/lib/dpkg/status.d/base-files.md5sums = 0123  etc/issue",
    )
    assert software.collect(machine)["rows"] == [["deb", "base-files", "12.4", "amd64"]]


def test_an_untidy_status_file_gives_what_is_installed(tmp_path: Path) -> None:
    machine = made_of(tmp_path)
    status = tmp_path / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_bytes(
        b"\n\nPackage: one\nStatus: install ok installed\nDescription: first\n Package: inner\n"
        b" Version: 9\nVersion: 1.0~rc1\nArchitecture: all\n\n\n\n"
        b"Package: left-over\nStatus: deinstall ok config-files\nVersion: 2\n\n"
        b"Status: install ok installed\nVersion: 3\n\n"
        b"Package: caf\xe9\nVersion:  4 \n\nPackage: \n\nPackage: last"
    )
    assert software.collect(machine)["rows"] == [
        ["deb", "caf\ufffd", "4", None],
        ["deb", "last", None, None],
        ["deb", "one", "1.0~rc1", "all"],
    ]


def test_a_machine_without_packages_has_an_empty_table(tmp_path: Path) -> None:
    assert software.collect(made_of(tmp_path))["rows"] == []


def test_packages_of_other_managers_are_read_from_their_own_files(tmp_path: Path) -> None:
    about = "/var/lib/flatpak/app/org.gimp.GIMP/current/active/export/share/metainfo"
    machine = made_of(
        tmp_path,
        "/var/lib/pacman/local/ALPM_DB_VERSION = 9",
        "/var/lib/pacman/local/gtk-update-icon-cache-1:4.12.4-1/desc = x",
        "/snap/README = about snaps",
        "/snap/bin/",
        "/snap/firefox/3600/meta/snap.yaml <<",
        "name: firefox",
        'version: "121.0-1"',
        "apps:",
        "  name: inner",
        ">>",
        "/snap/firefox/current -> 3600",
        "/var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/1/export/share/metainfo/"
        'org.gimp.GIMP.xml = <releases><release date="2024" version="2.10.36"/></releases>',
        "/var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/active -> 1",
        "/var/lib/flatpak/app/org.gimp.GIMP/current -> x86_64/stable",
        '/usr/local/lib/node_modules/@vue/cli/package.json = {"version": "5.0.8"}',
        '/usr/lib/node_modules/npm/package.json = {"version": "10.2.4"}',
        "/usr/lib/node_modules/broken/package.json = {",
        "/home/linuxbrew/.linuxbrew/Cellar/jq/1.7.1/",
    )
    assert machine.exists(about)
    assert software.collect(machine)["rows"] == [
        ["flatpak", "org.gimp.GIMP", "2.10.36", "x86_64"],
        ["homebrew", "jq", "1.7.1", None],
        ["npm", "@vue/cli", "5.0.8", None],
        ["npm", "broken", "", None],
        ["npm", "npm", "10.2.4", None],
        ["pacman", "gtk-update-icon-cache", "1:4.12.4-1", None],
        ["snap", "firefox", "121.0-1", None],
    ]
    assert machine.remarks == ["/usr/lib/node_modules/broken/package.json: is no JSON"]
