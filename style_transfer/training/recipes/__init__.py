"""The trainings, one module each."""
