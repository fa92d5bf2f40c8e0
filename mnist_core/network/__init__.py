"""What is trained: architecture, candidates and grid, recipe, history; and the folder of a model."""
