"""What was known: point-in-time features of an invoice or a customer on a day."""
