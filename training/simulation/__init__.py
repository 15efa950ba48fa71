"""A simulated receivables ledger with a known truth."""
