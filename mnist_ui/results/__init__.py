"""What only the Results page needs: a tab a file."""
