"""The robust recipe: a small network that reads what people draw, taught by a large one."""
