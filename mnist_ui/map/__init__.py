"""What only the Map page needs."""
