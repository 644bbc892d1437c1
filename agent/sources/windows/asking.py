"""The one question: a fixed script that prints every class and key of interest as one document.

Starting PowerShell costs more than all its answers, so it is started once a cycle. The script
takes nothing from anywhere: it is put together of the literals below.
"""

from __future__ import annotations

import json
import os
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

    Rows = list[dict[str, Any]]

_PROGRAM = "%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
_TIMEOUT_SECONDS = 180
# Class of root/cimv2 → the properties that are read.
_CLASSES = {
    "Win32_ComputerSystem": "DNSHostName,Domain,PartOfDomain,Manufacturer,Model,"
    "TotalPhysicalMemory,HypervisorPresent",
    "Win32_ComputerSystemProduct": "UUID",
    "Win32_BIOS": "Manufacturer,SMBIOSBIOSVersion,ReleaseDate,SerialNumber",
    "Win32_BaseBoard": "Manufacturer,Product,SerialNumber",
    "Win32_SystemEnclosure": "ChassisTypes,SerialNumber,SMBIOSAssetTag",
    "Win32_OperatingSystem": "Caption,Version,OSArchitecture,LastBootUpTime",
    "Win32_Processor": "Name,Manufacturer,NumberOfCores,NumberOfLogicalProcessors,MaxClockSpeed",
    "Win32_PhysicalMemory": "DeviceLocator,Capacity,SMBIOSMemoryType,Speed,Manufacturer,"
    "SerialNumber,PartNumber",
    "Win32_PageFileUsage": "AllocatedBaseSize",
    "Win32_DiskDrive": "DeviceID,Size,Model,SerialNumber,FirmwareRevision,InterfaceType,"
    "PNPDeviceID",
    "Win32_Service": "Name,StartMode,State",
    "Win32_QuickFixEngineering": "HotFixID",
    "Win32_Battery": "DeviceID,Name,DesignCapacity",
    "Win32_Printer": "Name,PortName,DriverName,Shared",
    "Win32_IP4RouteTable": "Destination,Mask,NextHop,InterfaceIndex,Metric1",
}
_QUERIES = {
    "Accounts": "Get-CimInstance Win32_UserAccount -Filter 'LocalAccount=True'|"
    "Select-Object Name,SID,FullName,Disabled",
    "Groups": "Get-LocalGroup|ForEach-Object{@{Name=$_.Name;SID=$_.SID.Value;"
    "Members=@(Get-LocalGroupMember $_|ForEach-Object{$_.Name})}}",
    "Programs": "@('HKLM:\\SOFTWARE','HKLM:\\SOFTWARE\\WOW6432Node')+"
    "@(Get-ChildItem Registry::HKEY_USERS|ForEach-Object{$_.PSPath+'\\SOFTWARE'})|"
    "ForEach-Object{Get-ItemProperty ($_+'\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*')}|"
    "Where-Object{$_.DisplayName}|"
    "Select-Object DisplayName,DisplayVersion,SystemComponent,ParentKeyName,PSPath",
    "MachineGuid": "Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Cryptography|"
    "Select-Object MachineGuid",
    "Release": "Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'|"
    "Select-Object DisplayVersion,UBR,EditionID",
    "Monitors": "Get-CimInstance -Namespace root/wmi WmiMonitorID|"
    "Select-Object InstanceName,ManufacturerName,UserFriendlyName,SerialNumberID,"
    "YearOfManufacture",
    "Usb": "Get-CimInstance Win32_PnPEntity -Filter 'DeviceID like ''USB\\\\\\\\VID%'''|"
    "Select-Object DeviceID,Name,Manufacturer,PNPClass",
    "Disks": "Get-PhysicalDisk|Select-Object DeviceId,MediaType,BusType,UniqueId,HealthStatus",
    "Doomed": "Get-CimInstance -Namespace root/wmi MSStorageDriver_FailurePredictStatus|"
    "Select-Object InstanceName,PredictFailure",
    "Certificates": "Get-ChildItem Cert:\\LocalMachine\\My|ForEach-Object{@{Path=$_.PSPath;"
    "Subject=$_.Subject;Issuer=$_.Issuer;Serial=$_.SerialNumber;"
    "NotBefore=$_.NotBefore.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ');"
    "NotAfter=$_.NotAfter.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ');"
    "Names=@($_.DnsNameList|ForEach-Object{$_.Unicode})}}",
    "Tasks": "Get-ScheduledTask|Where-Object{$_.State -ne 'Disabled' -and "
    "$_.TaskPath -notlike '\\Microsoft\\*'}|ForEach-Object{@{Name=$_.TaskPath+$_.TaskName;"
    "User=$_.Principal.UserId;Program=@($_.Actions)[0].Execute;"
    "Schedule=@($_.Triggers|ForEach-Object{$_.CimClass.CimClassName+' '+$_.StartBoundary})}}",
    "Antivirus": "Get-CimInstance -Namespace root/SecurityCenter2 AntiVirusProduct|"
    "Select-Object displayName,productState",
    "Firewall": "Get-NetFirewallProfile|ForEach-Object{@{Name=$_.Name;Enabled=[bool]$_.Enabled}}",
    "Encryption": "Get-CimInstance -Namespace root/cimv2/Security/MicrosoftVolumeEncryption "
    "Win32_EncryptableVolume|Select-Object DriveLetter,ProtectionStatus",
    "SecureBoot": "@{Enabled=(Confirm-SecureBootUEFI)}",
    "Tpm": "Get-CimInstance -Namespace root/cimv2/Security/MicrosoftTpm Win32_Tpm|"
    "Select-Object IsEnabled_InitialValue",
    "NameServers": "Get-DnsClientServerAddress|ForEach-Object{$_.ServerAddresses}|"
    "Select-Object -Unique|ForEach-Object{@{Name=$_}}",
    "Suffixes": "(Get-DnsClientGlobalSetting).SuffixSearchList|ForEach-Object{@{Name=$_}}",
    "TimeZone": "@{Id=(Get-TimeZone).Id}",
}
_UPDATES = (
    "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
    "(Get-Process -Id $PID).PriorityClass='Idle';"
    "$s=(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher();$s.Online=$false;"
    "@{Updates=@($s.Search('IsInstalled=0 and IsHidden=0').Updates|ForEach-Object{@{"
    "Title=$_.Title;Severity=$_.MsrcSeverity;Articles=@($_.KBArticleIDs|ForEach-Object{$_});"
    "Categories=@($_.Categories|ForEach-Object{$_.CategoryID})}})}|"
    "ConvertTo-Json -Depth 5 -Compress"
)
_DATE = re.compile(r"/Date\((-?\d+)")


def rows(machine: Machine, name: str) -> Rows:
    """Return what was answered to one part of the question: objects, none where it has none."""
    told = machine.once("windows", _ask).get(name)
    found = told if isinstance(told, list) else [told]
    return [row for row in found if isinstance(row, dict)]


def first(machine: Machine, name: str) -> dict[str, Any]:
    """Return the first object of a part, {} where there is none."""
    return next(iter(rows(machine, name)), {})


def script() -> str:
    """Return the script; every part fails alone.

    >>> script().count("$t['Win32_BIOS']=@(Get-CimInstance Win32_BIOS|")
    1
    """
    asked = {
        name: f"Get-CimInstance {name}|Select-Object {properties}"
        for name, properties in _CLASSES.items()
    }
    parts = [f"try{{$t['{name}']=@({part})}}catch{{}}" for name, part in (asked | _QUERIES).items()]
    return (
        "$ErrorActionPreference='SilentlyContinue';$ProgressPreference='SilentlyContinue';"
        "[Console]::OutputEncoding=[Text.Encoding]::UTF8;$t=@{};"
        + ";".join(parts)
        + ";$t|ConvertTo-Json -Depth 5 -Compress"
    )


def moment(told: object) -> str | None:
    """Return a date of PowerShell's JSON in UTC.

    >>> moment("/Date(1767225600000)/"), moment(None)
    ('2026-01-01T00:00:00Z', None)
    """
    found = _DATE.search(str(told))
    if found is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(found.group(1)) // 1000))


def updates(machine: Machine) -> Rows | None:
    """Return what Windows Update knows to be missing, None where it gave no answer.

    What it found when it last searched by itself: nothing is asked over the network. It takes tens
    of seconds of CPU, so it is a question of its own, asked at the lowest priority.
    """
    told = _answer(machine, _UPDATES, "powershell-updates").get("Updates")
    return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else None


def _ask(machine: Machine) -> dict[str, Any]:
    found = _answer(machine, script(), "powershell")
    if not found:
        machine.remark("PowerShell gave no answer")
    return found


def _answer(machine: Machine, words: str, known_as: str) -> dict[str, Any]:
    asked = (os.path.expandvars(_PROGRAM), "-NoProfile", "-NonInteractive", "-Command", words)
    told = machine.command(asked, _TIMEOUT_SECONDS, known_as=known_as)
    try:
        found = json.loads((told or "").lstrip("\ufeff"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
