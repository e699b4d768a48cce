"""The system calls that confine a program on Linux."""
