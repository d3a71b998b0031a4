"""The package behind the course's notebooks; importing it loads nothing heavy."""

from helpers.words import use_language

__all__ = ["use_language"]
