"""An in-store self-service membership kiosk."""
