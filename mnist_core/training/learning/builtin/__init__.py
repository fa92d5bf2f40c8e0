"""Training images that a copy is shown among corrections, and how they were cut."""
