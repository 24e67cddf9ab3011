"""Devices that behave without being there; they ship with the product."""
