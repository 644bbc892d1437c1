"""What a host carries: containers, their images, and virtual machines."""

import json
from pathlib import Path

from agent.collectors import containers, guests, images
from tests.agent.recordings import made_of

_ID = "3f1a5c7e9b2d4f6a8c0e1b3d5f7a9c1e3b5d7f9a1c3e5b7d9f1a3c5e7b9d1f3a"
_OVERLAY = "/var/lib/containers/storage"


def test_docker_and_podman_are_read_from_their_own_files(tmp_path: Path) -> None:
    docker = {"Name": "/web", "Config": {"Image": "nginx:1.27"}, "State": {"Running": True}}
    pods = [{"id": _ID, "names": ["db"], "metadata": json.dumps({"image-name": "postgres:16"})}]
    repositories = {
        "Repositories": {
            "nginx": {"nginx:1.27": f"sha256:{_ID}", f"nginx@sha256:{_ID}": f"sha256:{_ID}"}
        }
    }
    stored = [{"id": _ID, "names": ["postgres:16"]}]
    machine = made_of(
        tmp_path,
        f"/var/lib/docker/containers/{_ID}/config.v2.json = {json.dumps(docker)}",
        f"{_OVERLAY}/overlay-containers/containers.json = {json.dumps(pods)}",
        f"/var/lib/docker/image/overlay2/repositories.json = {json.dumps(repositories)}",
        f"{_OVERLAY}/overlay-images/images.json = {json.dumps(stored)}",
        "/var/lib/lxc/build/config = x",
    )
    assert [
        (row["engine"], row["name"], row.get("image")) for row in containers.collect(machine)
    ] == [
        ("docker", "web", "nginx:1.27"),
        ("lxc", "build", None),
        ("podman", "db", "postgres:16"),
    ]
    assert containers.collect(machine)[0]["running"] is True
    assert images.collect(machine) == [
        {"name": "nginx:1.27", "engine": "docker", "id": _ID[:12]},
        {"name": "postgres:16", "engine": "podman", "id": _ID[:12]},
    ]


def test_a_damaged_file_is_remarked_upon(tmp_path: Path) -> None:
    machine = made_of(tmp_path, f"{_OVERLAY}/overlay-containers/containers.json = {{")
    assert containers.collect(machine) == []
    assert machine.remarks == [f"{_OVERLAY}/overlay-containers/containers.json: is no JSON"]


def test_guests_of_libvirt_and_proxmox_bring_their_evidence(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/libvirt/qemu/web-01.xml <<",
        "<domain type='kvm'>",
        "  <name>web-01</name>",
        "  <uuid>4c4c4544-0042-3510-8052-b4c04f4a3332</uuid>",
        "  <memory unit='KiB'>2097152</memory>",
        "  <vcpu placement='static'>2</vcpu>",
        "  <mac address='52:54:00:AA:BB:01'/>",
        "</domain>",
        ">>",
        "/run/libvirt/qemu/web-01.pid = 812",
        "/etc/pve/qemu-server/101.conf <<",
        "name: db-01",
        "memory: 4096",
        "cores: 4",
        "net0: virtio=BC:24:11:00:00:01,bridge=vmbr0",
        "smbios1: uuid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "[before-upgrade]",
        "memory: 1",
        ">>",
    )
    assert guests.collect(machine) == [
        {
            "name": "web-01",
            "kind": "libvirt",
            "uuid": "4c4c4544-0042-3510-8052-b4c04f4a3332",
            "memory_bytes": 2147483648,
            "cpus": 2,
            "macs": ["52:54:00:aa:bb:01"],
            "running": True,
        },
        {
            "name": "db-01",
            "kind": "qemu",
            "id": "101",
            "uuid": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "memory_bytes": 4294967296,
            "cpus": 4,
            "macs": ["bc:24:11:00:00:01"],
        },
    ]
