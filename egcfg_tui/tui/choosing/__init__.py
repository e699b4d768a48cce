"""Choosing an exercise: reads the list, filters it, completes typed paths, and words rows and details."""
