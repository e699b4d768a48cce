"""Makes prompts with chat templates, and the signal from traces."""
