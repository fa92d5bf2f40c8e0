"""What only the Data page needs."""
