"""Networks that were trained elsewhere: their weights out of a file, and what it leaves open found by fit."""
