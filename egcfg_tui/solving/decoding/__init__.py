"""From logits to tokens: guidance, sampling, evaluating what is pending."""
