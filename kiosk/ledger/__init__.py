"""The ledger: entries, legs, chain, sync messages. Pure; the same module in kiosk, hub and simulation."""
