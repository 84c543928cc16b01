"""Topics without models that every app may use: uploads, paths, media, problems, pagination."""
