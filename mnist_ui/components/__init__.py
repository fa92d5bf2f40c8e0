"""Components of our own: a folder each, with Python, script and style."""
