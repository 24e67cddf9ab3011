"""The demo shop: every process of it on one machine. Never part of a real kiosk."""
