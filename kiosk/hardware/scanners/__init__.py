"""Bar code scanners."""
