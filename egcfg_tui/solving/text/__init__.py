"""Source text: where lines and answers end, which names are missing, which prefix runs."""
