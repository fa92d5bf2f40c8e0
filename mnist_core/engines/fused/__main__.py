"""Compiles the passes for this processor and keeps them: what the first search would else begin with."""

from mnist_core.engines.fused import compile_passes

if __name__ == "__main__":
    compile_passes()
