"""What only the Game page needs."""
