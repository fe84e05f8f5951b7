"""What every read model shares: rows, the projection, named statements."""
