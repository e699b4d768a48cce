"""Choosing an exercise: what there is, what of it is shown, paths that are typed, rows and details."""
