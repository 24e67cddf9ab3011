"""What keeps a kiosk serving without the network: journal, rights, replica, and the way to head office."""
