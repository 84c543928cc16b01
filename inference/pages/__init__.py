"""The pages of studio, jobs and photos."""
