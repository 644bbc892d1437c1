"""The commands of ``cadastre``: one file per group. ``server.cli.COMMANDS`` lists them."""
