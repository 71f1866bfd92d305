"""The report of a run: one page for a browser that says what changed, how often, and what was nearly changed."""
