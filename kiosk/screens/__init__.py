"""Kivy draws views. The only place that knows Kivy."""
