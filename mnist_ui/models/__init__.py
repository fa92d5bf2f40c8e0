"""The choice of a model, its name, and the images it is looked at with."""
