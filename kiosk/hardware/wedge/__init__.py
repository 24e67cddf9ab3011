"""Keyboard wedges: readers that pretend to be a keyboard."""
