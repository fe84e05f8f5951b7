"""The read model: which jars there are, whose they are, and what is in them."""
