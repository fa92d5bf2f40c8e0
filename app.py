"""Navigation and theme; nothing else."""
