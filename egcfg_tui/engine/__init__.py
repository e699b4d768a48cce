"""llama.cpp behind one small surface: branches that fork, rewind and are evaluated together."""
