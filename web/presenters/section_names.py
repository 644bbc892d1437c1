"""What the sections of facts are called."""

from web.presenters.reader import Reader


def section_label(name: str, reader: Reader) -> str:
    """Return the name of a section of facts; a section that nobody named is called as it is."""
    names = {**_hardware(reader), **_system(reader)}
    return names.get(name, name.replace("_", " "))


def _hardware(reader: Reader) -> dict[str, str]:
    return {
        "batteries": reader.gettext("Batteries"),
        "components": reader.gettext("Components"),
        "controllers": reader.gettext("Controllers"),
        "cpus": reader.gettext("Processors"),
        "disks": reader.gettext("Disks"),
        "interfaces": reader.gettext("Interfaces"),
        "memory": reader.gettext("Memory modules"),
        "monitors": reader.gettext("Monitors"),
        "neighbours": reader.gettext("Neighbours"),
        "power_supplies": reader.gettext("Power supplies"),
        "printers": reader.gettext("Printers"),
        "sim_cards": reader.gettext("SIM cards"),
        "sounds": reader.gettext("Sound devices"),
        "usb": reader.gettext("USB devices"),
        "videos": reader.gettext("Graphics adapters"),
    }


def _system(reader: Reader) -> dict[str, str]:
    return {
        "certificates": reader.gettext("Certificates"),
        "containers": reader.gettext("Containers"),
        "databases": reader.gettext("Databases"),
        "dns": reader.gettext("Name servers"),
        "filesystems": reader.gettext("File systems"),
        "gateways": reader.gettext("Gateways"),
        "groups": reader.gettext("Groups"),
        "guests": reader.gettext("Guests"),
        "images": reader.gettext("Container images"),
        "licences": reader.gettext("Licences"),
        "listeners": reader.gettext("Listening ports"),
        "remote_control": reader.gettext("Remote control"),
        "routes": reader.gettext("Routes"),
        "security": reader.gettext("Security"),
        "services": reader.gettext("System services"),
        "software": reader.gettext("Software"),
        "spanning": reader.gettext("Spanning tree"),
        "tasks": reader.gettext("Scheduled tasks"),
        "updates": reader.gettext("Pending updates"),
        "users": reader.gettext("Users"),
        "volume_groups": reader.gettext("Volume groups"),
    }
