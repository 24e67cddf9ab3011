"""Head office: the ledger of all devices. An optional extra of the package."""
