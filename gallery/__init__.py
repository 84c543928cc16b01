"""Artworks that users keep and publish."""
