"""Runs the solver in a child process: the client, the server, and the pipe between them."""
