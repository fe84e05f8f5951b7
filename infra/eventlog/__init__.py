"""The event log on PostgreSQL, its twin in memory, and the codec between stored bytes and events."""
