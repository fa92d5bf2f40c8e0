"""What only the Fields page needs."""
