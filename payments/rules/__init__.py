"""Pure rules of money: pricing, numbering, allocation, the life of a payment."""
