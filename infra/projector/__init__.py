"""Keeping the read models level with the log."""
