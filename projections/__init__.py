"""What the queries read: one folder a read model, each a pure fold of events into rows."""
