"""Packages of software: which version is older, and the address that names one everywhere."""

from cmdb.engine.packages.names import package_url
from cmdb.engine.packages.ordering import compare_versions, is_below, newest_first

__all__ = ["compare_versions", "is_below", "newest_first", "package_url"]
