"""Coverage-guided trying of parsers with bytes that nobody wrote."""
