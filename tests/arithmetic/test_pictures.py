"""Pictures as grey levels."""


def test_grey_levels_are_those_of_bt601_on_white(script):
    pixels = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [0, 0, 0, 0], [0, 0, 0, 51]]
    levels = "pixels => convnets.pictures.greyLevels(new Uint8ClampedArray(pixels.flat()), pixels.length, 1)"
    assert script.evaluate(levels, pixels) == [[76, 150, 29, 255, 204]]
