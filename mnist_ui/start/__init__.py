"""What the server loads and computes before the first page."""
