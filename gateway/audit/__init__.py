"""Judging what was exchanged, years later and apart from the way of a package."""
