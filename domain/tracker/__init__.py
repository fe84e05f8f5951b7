"""Tickets on the board of a project."""
