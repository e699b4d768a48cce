"""A comparison as a text: JSON, Markdown, HTML."""
