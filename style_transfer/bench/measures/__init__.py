"""Measures of a painting that no network and no setting of the engine is tuned by.

Each module has one measure, a pure function on pictures (1, 3, H, W), RGB in [0, 1]: the result,
and the photo at its size or the artwork at about its size. A measure that has nothing to look at,
such as a face in a photo without faces, gives NaN.
"""
