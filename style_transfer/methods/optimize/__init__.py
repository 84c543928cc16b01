"""The picture itself is optimized."""
