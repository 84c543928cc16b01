"""News for clients: snapshots, the order of changes, and the events socket."""
