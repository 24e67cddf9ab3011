"""The judge of pages, where the tests look for it."""

from kiosk.screens.judging import faults, inked

__all__ = ["faults", "inked"]
