"""The files of jobs and preview sheets."""
