"""What a trained network does: measured, looked into, read with, mapped, operated on, reported."""
