"""Photos, jobs, the queue, workers and live progress; `style_transfer` does the painting."""
