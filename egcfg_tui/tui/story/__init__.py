"""The story of a run: its candidates, and what each of them did on the tests, step by step."""
