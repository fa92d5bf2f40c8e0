"""Numbers to charts, for light and dark."""
