"""Two files of one person made one: what moves, what stays, what forbids it."""
