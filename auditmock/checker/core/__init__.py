"""What all of the checker shares: options, results, checks, tokens, exchanges."""
