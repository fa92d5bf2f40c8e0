"""Loaded by the process that searches are forked from: all that takes a search long to load."""

import gc

import mnist_core.search.searching  # noqa: F401
from mnist_core.engines.fused import compile_passes
from mnist_core.engines.fused.device import is_processor_chosen

if is_processor_chosen():  # what has spoken to a CUDA device cannot be forked any more
    compile_passes()
gc.freeze()  # what the children share stays shared
