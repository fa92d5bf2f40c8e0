"""The files of the benchmark of imports: networks as people write them elsewhere."""
