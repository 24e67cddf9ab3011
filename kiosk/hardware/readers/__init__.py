"""Card readers behind PC/SC: one thread a reader, one that lists them, one that watches those threads."""
