"""Backends: other runtimes that compute the networks of the methods, and what is known of them."""
