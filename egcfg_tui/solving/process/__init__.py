"""The solver in a child process: client, server and the pipe between them."""
