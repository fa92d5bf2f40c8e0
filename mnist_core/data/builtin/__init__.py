"""The built-in sample, and how it was cut."""
