"""The counter's page: staff claim vouchers on a PC, by a device of its own without screen and printer."""
