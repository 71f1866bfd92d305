"""A small HTTP service: names matched, texts cleaned, answers explained, columns reconciled for OpenRefine."""
