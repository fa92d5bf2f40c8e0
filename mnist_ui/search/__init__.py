"""What only the Search page needs."""
