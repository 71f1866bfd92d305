"""One name, one spelling."""
