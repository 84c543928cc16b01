"""What can be trained, one module each."""
