"""What decides: executes the test with stand-ins for the program's names, in a process of its own."""
