"""Taking an installation away whole, and putting it back."""
