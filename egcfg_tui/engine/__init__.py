"""llama.cpp behind a small interface: branches that fork, rewind and are evaluated together."""
