"""What happens at the kiosk, visit after visit."""
