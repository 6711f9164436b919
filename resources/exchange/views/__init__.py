"""Pages and addresses of exchanges."""
