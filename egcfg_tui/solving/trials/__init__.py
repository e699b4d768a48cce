"""The kinds of trials, one module each, with the schedules that order them and the runner."""
