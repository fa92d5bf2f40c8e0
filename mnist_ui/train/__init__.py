"""What only the Train page needs."""
