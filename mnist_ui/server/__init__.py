"""What the server does around the pages: who may come in, whether it lives, what it writes down."""
