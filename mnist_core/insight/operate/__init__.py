"""Operating on a network: units switched off, scaled, swapped, pruned, weights rounded; what it costs."""
