"""What the pages of the stock read."""
