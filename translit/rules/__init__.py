"""Rule files → readings → keys."""
