"""Package URLs (purl, ECMA-427): one name for a package, whoever speaks of it."""

from urllib.parse import quote

#: Ecosystem of ours → (purl type, namespace).
_TYPES = {
    "deb": ("deb", "debian"),
    "rpm": ("rpm", ""),
    "apk": ("apk", "alpine"),
    "pypi": ("pypi", ""),
    "npm": ("npm", ""),
    "gem": ("gem", ""),
    "pacman": ("alpm", "arch"),
    "homebrew": ("brew", ""),
    "android": ("android", ""),
}


def package_url(ecosystem: str, name: str, version: str = "", architecture: str = "") -> str:
    """Return the package URL; ecosystems without a type of their own are ``generic``.

    >>> package_url("deb", "openssl", "3.0.11-1~deb12u2", "amd64")
    'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64'
    >>> package_url("npm", "@angular/core", "17.0.1")
    'pkg:npm/%40angular/core@17.0.1'
    """
    kind, namespace = _TYPES.get(ecosystem, ("generic", ""))
    if kind == "npm" and name.startswith("@"):
        namespace, _, name = name.partition("/")
    if kind in {"deb", "pypi"}:
        name = name.casefold()
    parts = [quote(part, safe="") for part in (namespace, name) if part]
    url = f"pkg:{kind}/{'/'.join(parts)}"
    if version:
        # Debian's tilde stands for itself (RFC 3986: unreserved); a colon may too.
        url += f"@{quote(version, safe='~:')}"
    return f"{url}?arch={quote(architecture, safe='')}" if architecture and kind != "pypi" else url
