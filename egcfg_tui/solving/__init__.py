"""The line loop: candidates, runs, signal, guidance."""
