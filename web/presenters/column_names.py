"""What the columns of a section of facts are called."""

from web.presenters.reader import Reader


def column_label(key: str, reader: Reader) -> str:
    """Return the name of a column; one that nobody named is called as it is."""
    names = {**_hardware(reader), **_network(reader), **_system(reader)}
    return names.get(key, key.replace("_", " "))


def _hardware(reader: Reader) -> dict[str, str]:
    return {
        "architecture": reader.gettext("Architecture"),
        "bus": reader.gettext("Bus"),
        "cores": reader.gettext("Cores"),
        "cpus": reader.gettext("Processors"),
        "device": reader.gettext("Device"),
        "firmware": reader.gettext("Firmware"),
        "firmware_revision": reader.gettext("Firmware"),
        "health": reader.gettext("State of health"),
        "kind": reader.gettext("Kind"),
        "manufacturer": reader.gettext("Vendor"),
        "mhz_max": reader.gettext("Clock"),
        "model": reader.gettext("Model"),
        "mount": reader.gettext("Mounted at"),
        "name": reader.gettext("Name"),
        "part_number": reader.gettext("Part number"),
        "read_only": reader.gettext("Read only"),
        "serial": reader.gettext("Serial number"),
        "size_bytes": reader.gettext("Size"),
        "slot": reader.gettext("Slot"),
        "speed_mts": reader.gettext("Speed"),
        "threads": reader.gettext("Threads"),
        "type": reader.gettext("Type"),
        "vendor": reader.gettext("Vendor"),
    }


def _network(reader: Reader) -> dict[str, str]:
    return {
        "address": reader.gettext("Address"),
        "destination": reader.gettext("Destination"),
        "gateway": reader.gettext("Gateway"),
        "interface": reader.gettext("Interface"),
        "local_port": reader.gettext("Port here"),
        "macs": reader.gettext("MAC addresses"),
        "metric": reader.gettext("Metric"),
        "port": reader.gettext("Port"),
        "protocol": reader.gettext("Protocol"),
        "remote_address": reader.gettext("Address there"),
        "remote_addresses": reader.gettext("Addresses"),
        "remote_name": reader.gettext("Neighbour"),
        "remote_platform": reader.gettext("Platform"),
        "remote_port": reader.gettext("Port there"),
    }


def _system(reader: Reader) -> dict[str, str]:
    return {
        "available": reader.gettext("Available"),
        "chemistry": reader.gettext("Chemistry"),
        "design_capacity_mwh": reader.gettext("Capacity (mWh)"),
        "enabled": reader.gettext("Switched on"),
        "engine": reader.gettext("Engine"),
        "full_name": reader.gettext("Full name"),
        "gid": "GID",
        "home": reader.gettext("Home folder"),
        "id": reader.gettext("Identifier"),
        "image": reader.gettext("Image"),
        "issuer": reader.gettext("Issued by"),
        "members": reader.gettext("Members"),
        "memory_bytes": reader.gettext("Memory"),
        "names": reader.gettext("Names"),
        "not_after": reader.gettext("Valid until"),
        "not_before": reader.gettext("Valid from"),
        "path": reader.gettext("File"),
        "process": reader.gettext("Process"),
        "product_id": reader.gettext("Product id"),
        "program": reader.gettext("Program"),
        "is_root": reader.gettext("Is the root"),
        "priority": reader.gettext("Priority"),
        "root": reader.gettext("Root bridge"),
        "running": reader.gettext("Running"),
        "schedule": reader.gettext("Schedule"),
        "security": reader.gettext("Security update"),
        "shared": reader.gettext("Shared"),
        "shell": reader.gettext("Shell"),
        "uid": "UID",
        "user": reader.gettext("User"),
        "vendor_id": reader.gettext("Vendor id"),
        "version": reader.gettext("Version"),
        "wwn": "WWN",
        "year": reader.gettext("Year"),
    }
