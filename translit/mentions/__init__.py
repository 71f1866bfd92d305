"""Mentions: where names stand in running text, and what is written in their place."""
