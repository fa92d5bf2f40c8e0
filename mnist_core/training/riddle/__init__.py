"""The riddle: how the output fields of a network come to look like digits."""
