"""The recipes of all recordings, by name; a module for each network."""

from helpers.recipes import alexnet, googlenet, lenet, nin, vgg
from helpers.recipes.recipe import Recipe

#: every recipe by the name of its recording
RECIPES: dict[str, Recipe] = lenet.RECIPES | alexnet.RECIPES | vgg.RECIPES | nin.RECIPES | googlenet.RECIPES

__all__ = ["RECIPES", "Recipe"]
