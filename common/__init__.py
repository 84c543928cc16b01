"""Modules without database models that every app may use: uploads, media, problems, pagination."""
