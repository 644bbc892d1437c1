"""Acts on people, groups, log-ins, roles and directories. Each checks, writes and tells."""
