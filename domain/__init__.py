"""What the business is. Pure: no I/O, no SQL, no clock, no randomness, no HTTP."""
