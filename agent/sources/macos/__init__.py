"""macOS, read through its own files, system_profiler and a few small commands."""
