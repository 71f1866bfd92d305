"""The matching view of a text: folding, scripts and tokens."""
