"""The built-in sample: 5,000 real images that no shipped model was trained on."""

from pathlib import Path

SAMPLE_PATH = Path(__file__).resolve().parent / "builtin" / "mnist_sample.mat"
SAMPLE_NAME = "MNIST sample"
SAMPLE_FINGERPRINT = "8298caf79e204120"
