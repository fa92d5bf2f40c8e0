"""A copy of a model learns a person's hand from a few digits, and forgets nothing."""
