"""A pytest plugin: the `deep` profile of property tests, many examples and no deadline."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "deep", max_examples=5_000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
