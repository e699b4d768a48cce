"""From logits to tokens: guidance, sampling, and the evaluation of pending tokens."""
