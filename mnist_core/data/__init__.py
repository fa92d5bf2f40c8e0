"""Files to named arrays, and those to data sets: read, understood, turned, kept, split."""
