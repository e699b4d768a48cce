"""The judge: executes the test in a process of its own, with stand-ins for the program's names."""
