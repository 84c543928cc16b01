"""Rows as the API and the socket show them."""
