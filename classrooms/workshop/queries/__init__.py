"""What the workshop's pages read."""
