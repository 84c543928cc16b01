"""Style artworks that the project paints itself: one module per artwork, only numpy and Pillow."""
