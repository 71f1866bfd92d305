"""Reading and writing of lexicon sources; :mod:`translit.lexicon.source` is its public face."""
