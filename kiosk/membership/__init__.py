"""The shop's rules. Pure: no clock, no input or output; what they need is handed to them."""
