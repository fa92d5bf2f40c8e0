"""The referee of a student's backpropagation: a batch given, gradients taken, mistakes named."""
