"""Language profiles: folding, tokens, sentences, months and calendars."""
