"""Curated styles, artists, licenses, and the artworks that the project's own scripts make."""
