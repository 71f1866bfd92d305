"""Tiers: exact, candidates, scores, calibration, decision."""
