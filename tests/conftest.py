"""Fixtures that several rooms share."""

from tests.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]
