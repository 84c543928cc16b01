"""What picture files say about themselves: credit, rights, and how they were made."""
