"""The command line's verbs; each imports what it needs only when it is called."""
