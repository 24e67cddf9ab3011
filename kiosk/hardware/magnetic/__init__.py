"""Magnetic stripes: what stands on them, and the readers that say it."""
