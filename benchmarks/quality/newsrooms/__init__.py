"""Rewrites as newsrooms make them, and what one site prints of different stories: made of texts of our own."""
