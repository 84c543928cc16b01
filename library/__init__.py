"""Curated styles, artists, licences and the artworks made by the project's own scripts."""
