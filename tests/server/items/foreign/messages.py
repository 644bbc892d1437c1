"""Messages of foreign agents, small enough to read; written here after the agents' formats."""

from typing import Any

DEVICE = "web-07-2026-03-01-04-05-06"
PROLOG = f"""<?xml version="1.0" encoding="UTF-8" ?>
<REQUEST><DEVICEID>{DEVICE}</DEVICEID><QUERY>PROLOG</QUERY><TOKEN>12345678</TOKEN></REQUEST>
""".encode()


def package(name: str, version: str) -> str:
    return (
        f"<SOFTWARES><NAME>{name}</NAME><VERSION>{version}</VERSION><ARCH>amd64</ARCH>"
        "<FROM>deb</FROM></SOFTWARES>"
    )


def inventory(software: str = "", *, device: str = DEVICE, more: str = "") -> bytes:
    """A whole inventory in FusionInventory's XML."""
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<REQUEST>
  <CONTENT>
    <ACCOUNTINFO><KEYNAME>TAG</KEYNAME><KEYVALUE>SITE-A</KEYVALUE></ACCOUNTINFO>
    <BIOS>
      <SMANUFACTURER>Dell Inc.</SMANUFACTURER><SMODEL>PowerEdge R650</SMODEL><SSN>B5R0007</SSN>
      <MMANUFACTURER>Dell Inc.</MMANUFACTURER><MSN>.B5R0007.CN1.</MSN>
      <ASSETTAG>To Be Filled By O.E.M.</ASSETTAG><BDATE>01/15/2024</BDATE>
    </BIOS>
    <HARDWARE>
      <NAME>web-07</NAME><UUID>4c4c4544-0042-3510-8052-b4c04f4a3339</UUID><MEMORY>2048</MEMORY>
      <VMSYSTEM>Physical</VMSYSTEM><CHASSIS_TYPE>Rack Mount Chassis</CHASSIS_TYPE>
    </HARDWARE>
    <OPERATINGSYSTEM>
      <NAME>Debian GNU/Linux</NAME><VERSION>12.5</VERSION><FQDN>web-07.example.test</FQDN>
      <BOOT_TIME>2026-03-01 05:05:06</BOOT_TIME>
      <TIMEZONE><NAME>Europe/Madrid</NAME><OFFSET>+0100</OFFSET></TIMEZONE>
    </OPERATINGSYSTEM>
    <CPUS><NAME>Xeon 4310</NAME><CORE>12</CORE><THREAD>24</THREAD><SPEED>2100</SPEED></CPUS>
    <DRIVES><TYPE>/</TYPE><FILESYSTEM>ext4</FILESYSTEM><TOTAL>1000</TOTAL><FREE>400</FREE></DRIVES>
    <ENVS><KEY>PASSWORD</KEY><VAL>hunter2</VAL></ENVS>
    <NETWORKS><DESCRIPTION>eth0</DESCRIPTION><MACADDR>18:66:da:00:07:01</MACADDR>
      <IPADDRESS>192.0.2.7</IPADDRESS><IPMASK>255.255.255.0</IPMASK><STATUS>Up</STATUS></NETWORKS>
    <NETWORKS><DESCRIPTION>eth0</DESCRIPTION><MACADDR>18:66:da:00:07:01</MACADDR>
      <IPADDRESS6>2001:db8::7</IPADDRESS6><IPMASK6>ffff:ffff:ffff:ffff::</IPMASK6></NETWORKS>
    {software}{more}
    <VERSIONCLIENT>FusionInventory-Agent_v2.6-3</VERSIONCLIENT>
  </CONTENT>
  <DEVICEID>{device}</DEVICEID>
  <QUERY>INVENTORY</QUERY>
</REQUEST>""".encode()


def glpi(content: dict[str, Any], *, partial: bool = False, **more: Any) -> dict[str, Any]:
    """An inventory in GLPI Agent's JSON; hardware and bios are always there."""
    always: dict[str, Any] = {
        "versionclient": "GLPI-Agent_v1.12",
        "hardware": {"name": "web-07", "uuid": "4c4c4544-0042-3510-8052-b4c04f4a3339"},
        "bios": {"smanufacturer": "Dell Inc.", "ssn": "B5R0007"},
    }
    message = {"action": "inventory", "deviceid": DEVICE, "content": always | content} | more
    return message | ({"partial": True} if partial else {})


def glpi_package(name: str, version: str) -> dict[str, str]:
    return {"name": name, "version": version, "arch": "amd64", "from": "deb"}
