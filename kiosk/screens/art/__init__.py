"""The pictures: sources, and what is rendered from them."""
