"""The family quotient beyond its declaration: rules, council's terms, prices, reminders."""
