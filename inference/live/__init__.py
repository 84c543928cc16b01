"""What clients are told, as it happens."""
