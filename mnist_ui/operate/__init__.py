"""What only the Operate page needs."""
