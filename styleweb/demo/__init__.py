"""Data for demonstrations and measurements: people, styles, artworks and galleries in bulk."""
