"""Reading Python source: docstrings, stubs, test suites."""
