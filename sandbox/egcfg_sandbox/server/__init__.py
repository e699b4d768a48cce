"""The fork server: a fresh interpreter that never holds a program or a test, and forks slots."""
