"""From findings to an observation: pure functions, no network and no clock."""
