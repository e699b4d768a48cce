"""What runs in the program's own process. Nothing here decides anything: the program can change all of it."""
