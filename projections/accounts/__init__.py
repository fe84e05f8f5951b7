"""Who has an account, and what the credentials that people and machines hold are worth."""
