"""Reports of a comparison: JSON, Markdown and HTML."""
