"""Weights of trained networks, as safetensors, each made by `python -m helpers.recordings make NAME`."""

from pathlib import Path

FOLDER = Path(__file__).parent

#: LeNet's: the first seed of the recording "lenet-modern", trained on all 60,000 images
LENET = FOLDER / "lenet.safetensors"
