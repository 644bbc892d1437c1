"""Products are called by maker and name, whatever a package manager writes."""

import pytest

from server.items.software.naming import Named, named


@pytest.mark.parametrize(
    ("ecosystem", "name", "vendor", "product"),
    [
        ("windows", "Mozilla Firefox (x64 en-US)", "Mozilla", "Firefox"),
        ("deb", "firefox-esr", "Mozilla", "Firefox"),
        ("snap", "firefox", "Mozilla", "Firefox"),
        ("windows", "7-Zip 22.01 (x64)", "Igor Pavlov", "7-Zip"),
        ("rpm", "openssl-libs", "OpenSSL", "OpenSSL"),
        ("windows", "Microsoft Office Professional Plus 2019 - en-us", "Microsoft", "Office"),
        ("windows", "KB5034123", "Microsoft", "Windows update"),
        ("windows", "Microsoft Whiteboard 1.2.3", "Microsoft", "Whiteboard"),
        ("windows", "Cisco AnyConnect 4.10.05095", "Cisco", "AnyConnect"),
        ("windows", "Kasse 3.2 x64", "", "Kasse"),
        ("deb", "bash", "", "bash"),
        ("windows", "1.2.3", "", "1.2.3"),
        ("pypi", "microsoft 1.0", "", "microsoft 1.0"),
    ],
)
def test_a_name_is_parted_into_maker_and_product(
    ecosystem: str, name: str, vendor: str, product: str
) -> None:
    assert named(ecosystem, name) == Named(vendor, product)
