"""Pages of counts and labels."""
