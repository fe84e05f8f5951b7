"""The board: every ticket with its place in its column."""
