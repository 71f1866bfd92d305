"""Lexicons: sources in, compiled files out, look-ups on them."""
