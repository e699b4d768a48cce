"""The kinds of trials, one module each, with the tree of samples, the schedules, and the runner."""
