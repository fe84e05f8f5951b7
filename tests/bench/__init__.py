"""Figures of this machine, each beside its yardstick; see docs/performance.md. Nothing here is asserted."""
