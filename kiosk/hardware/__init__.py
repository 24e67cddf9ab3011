"""Devices: bytes, then session, then connection."""
