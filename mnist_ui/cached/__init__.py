"""What is read or computed once for all tabs."""
