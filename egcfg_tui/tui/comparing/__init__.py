"""Comparing on the screen: what is asked for, the bench in its thread, and the matrix that it fills."""
