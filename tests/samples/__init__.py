"""A small domain of the tests' own, so that the kernel is tested apart from any context."""
