"""What the pages of the second life show, each in a fixed number of queries."""
