"""Pen digits of many writers, and how they were packed."""
