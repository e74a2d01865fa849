"""Whom an installation believes: its trust folder, what of it is in force, and how revocation lists come and go."""
