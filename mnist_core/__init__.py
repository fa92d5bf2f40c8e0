"""A lab for small digit networks: everything that is not a widget."""
