"""What backs each speed figure of the documentation, a claim a file."""
