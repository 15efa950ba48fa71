"""What to expect: delay distribution, default probability, reasons and the model bundle."""
