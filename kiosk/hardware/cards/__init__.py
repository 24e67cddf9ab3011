"""Member cards: what each family understands."""
