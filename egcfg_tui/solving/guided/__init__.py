"""The parts of a guided line: candidates, drafts, the line itself."""
