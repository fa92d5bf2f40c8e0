"""The same search as its rivals' users would write it, a way a function."""
