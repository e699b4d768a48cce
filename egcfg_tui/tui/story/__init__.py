"""The story of a run: its candidates, and what each did in each test, step by step."""
