"""Reading files: text, rows, the place of an error."""
