"""The durable journal, what the kiosk remembers, and its way to the hub."""
