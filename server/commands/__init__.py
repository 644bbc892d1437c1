"""The commands of ``cadastre``: one file per group. ``overview.COMMANDS`` lists them."""
