"""What the help says: about the focused panel, about words, keys and signs."""
