"""What made files that the lab ships: commands that are run once, and again to check."""
