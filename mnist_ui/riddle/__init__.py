"""What only the Riddle page needs."""
