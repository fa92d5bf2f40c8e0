"""What the server does beside the pages: it tells whether it is well, and writes its log."""
