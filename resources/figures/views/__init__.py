"""Pages of figures, costs and the curriculum map."""
