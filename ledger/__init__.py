"""What happened: the receivables ledger, its checks, balances, aging and KPIs."""
