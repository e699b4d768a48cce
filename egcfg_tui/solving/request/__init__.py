"""What a solve is asked for: exercise, method, settings, grid."""
