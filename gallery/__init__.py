"""Artworks that people keep and show."""
