"""Style artworks that the project paints itself: one module an artwork, numpy and Pillow only."""
