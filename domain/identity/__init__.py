"""Who people are and what they may use: users, the credentials they hold, tenants, and being forgotten."""
