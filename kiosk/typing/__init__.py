"""Typing on the glass: an engine that turns keys into Chinese, and what a visitor has typed so far."""
