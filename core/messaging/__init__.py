"""How people are told things: kinds, choices, grouping, returns, short texts."""
