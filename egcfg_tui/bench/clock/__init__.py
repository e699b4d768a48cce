"""The model's clock: the seconds that a solve would have taken on this machine if it had been idle."""
