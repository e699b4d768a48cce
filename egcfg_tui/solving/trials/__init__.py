"""One module a kind of trial, the order of trials, and what runs them."""
