"""What confines a program on Linux: system calls, filters, namespaces and limits."""
