"""Files of advisories as OSV, NVD and endoflife.date publish them, small enough to read."""

from typing import Any

DEBIAN: dict[str, Any] = {
    "id": "DSA-9001-1",
    "summary": "openssl - security update",
    "aliases": ["CVE-2026-1001"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [
                {
                    "type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "3.0.14-1~deb12u1"}],
                }
            ],
        },
        {
            "package": {"ecosystem": "Debian:11", "name": "openssl"},
            "ranges": [
                {
                    "type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "1.1.1n-0+deb11u6"}],
                }
            ],
        },
    ],
}
PYTHON: dict[str, Any] = {
    "id": "PYSEC-2026-7",
    "details": "Templates may run code.",
    "database_specific": {"severity": "MODERATE"},
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "jinja2"},
            "ranges": [
                {"type": "GIT", "events": [{"introduced": "0"}]},
                {
                    "type": "ECOSYSTEM",
                    "events": [
                        {"introduced": "0"},
                        {"fixed": "2.11.3"},
                        {"introduced": "3.0.0"},
                        {"last_affected": "3.1.3"},
                    ],
                },
            ],
        }
    ],
}


def nvd(code: str = "CVE-2026-2002", **match: str) -> dict[str, Any]:
    criteria = "cpe:2.3:a:mozilla:firefox:*:*:*:*:*:*:*:*"
    told = {"vulnerable": True, "criteria": criteria} | match
    return {
        "format": "NVD_CVE",
        "vulnerabilities": [
            {
                "cve": {
                    "id": code,
                    "descriptions": [{"lang": "en", "value": "A page may read memory."}],
                    "metrics": {"cvssMetricV31": [{"cvssData": {"baseScore": 7.5}}]},
                    "configurations": [{"nodes": [{"cpeMatch": [told]}]}],
                }
            }
        ],
    }


CYCLES: list[dict[str, Any]] = [
    {"cycle": "12", "eol": "2026-06-10", "latest": "12.11"},
    {"cycle": "11", "eol": "2024-08-14"},
    {"cycle": "14", "eol": False},
]
