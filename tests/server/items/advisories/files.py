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


def answer_of_nvd(code: str = "CVE-2026-2003", **borders: str) -> dict[str, Any]:
    """Return an answer of NVD's CVE API 2.0 as it is sent, with all that nobody here reads."""
    metric = {
        "source": "nvd@nist.gov",
        "type": "Primary",
        "cvssData": {
            "version": "3.1",
            "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            "baseScore": 8.8,
            "baseSeverity": "HIGH",
        },
        "exploitabilityScore": 2.8,
        "impactScore": 5.9,
    }
    match = {
        "vulnerable": True,
        "criteria": "cpe:2.3:a:mozilla:firefox:*:*:*:*:*:*:*:*",
        "matchCriteriaId": "7A0E1B1C-7C43-4B7D-9B5D-0C0E6A4F3F11",
    }
    beside = {
        "vulnerable": False,
        "criteria": "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*",
        "matchCriteriaId": "A2572D17-1DE6-457B-99CC-64AFD54487EA",
    }
    cve = {
        "id": code,
        "sourceIdentifier": "security@mozilla.org",
        "published": "2026-02-03T14:15:08.117",
        "lastModified": "2026-02-11T18:09:41.530",
        "vulnStatus": "Analyzed",
        "cveTags": [],
        "descriptions": [
            {"lang": "en", "value": "A page may run code."},
            {"lang": "es", "value": "Una página puede ejecutar código."},
        ],
        "metrics": {"cvssMetricV31": [metric]},
        "weaknesses": [
            {
                "source": "nvd@nist.gov",
                "type": "Primary",
                "description": [{"lang": "en", "value": "CWE-416"}],
            }
        ],
        "configurations": [
            {
                "operator": "AND",
                "nodes": [
                    {"operator": "OR", "negate": False, "cpeMatch": [match | borders]},
                    {"operator": "OR", "negate": False, "cpeMatch": [beside]},
                ],
            }
        ],
        "references": [{"url": "https://bugzilla.example/1", "source": "security@mozilla.org"}],
    }
    return {
        "resultsPerPage": 1,
        "startIndex": 0,
        "totalResults": 1,
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": "2026-02-12T08:00:00.000",
        "vulnerabilities": [{"cve": cve}],
    }


CYCLES: list[dict[str, Any]] = [
    {"cycle": "12", "eol": "2026-06-10", "latest": "12.11"},
    {"cycle": "11", "eol": "2024-08-14"},
    {"cycle": "14", "eol": False},
]
