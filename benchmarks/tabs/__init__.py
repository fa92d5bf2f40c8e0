"""Tabs of the app without a browser, so that many cost little, and the server that they ask."""
