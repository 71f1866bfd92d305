"""Lexicon sources and the compiled lexicon."""
