"""The model's clock: what a solve would have taken on this machine, were it idle."""
