"""One solve: the request, the trials with candidates, runs, signal and guidance, and the scoring."""
