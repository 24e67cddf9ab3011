"""Voucher printers."""
