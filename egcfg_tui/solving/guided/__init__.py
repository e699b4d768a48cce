"""The parts of a guided trial: the loop over its lines, candidates, drafts, refreshes, the line itself."""
