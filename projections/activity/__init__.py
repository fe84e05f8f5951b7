"""Who changed what of a ticket, and when."""
