"""Curated styles, artists, licenses and the artworks made by the project's own scripts."""
