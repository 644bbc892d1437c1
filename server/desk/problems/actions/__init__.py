"""Acts on problems and major incidents. Each checks, writes and tells."""
