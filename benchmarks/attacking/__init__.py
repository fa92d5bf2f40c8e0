"""What somebody may send who means ill, made from a seed, and the people whom it is meant for."""
