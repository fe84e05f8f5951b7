"""The tracker's three streams, in the frames that its clients know."""
