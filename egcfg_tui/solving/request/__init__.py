"""The request of a solve: exercise, method, settings and grid."""
