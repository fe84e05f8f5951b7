"""What every context shares: events, aggregates, commands, the unit of work and the port of the event log."""
