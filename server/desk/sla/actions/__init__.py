"""Acts on service levels: changing what is promised, and keeping clocks."""
