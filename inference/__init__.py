"""Photos, jobs, the queue, workers and live progress; `inference.engine` does the painting."""
