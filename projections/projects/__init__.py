"""Which projects there are, with their members, roles and columns."""
