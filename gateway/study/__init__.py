"""Slow reading of contracts, for people and proofs, never on the way of a package; the only importer of xmlschema."""
