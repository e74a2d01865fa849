"""Certificates and signed documents, changed at random by the million: facts or a refusal, and nothing else.

`python -m tests.fuzz` (`make fuzz`) runs both kinds side by side. Every input is made from the seed and its number
alone, so each finding can be made again: `python -m tests.fuzz certificates --seed 1 --only 4711`.
"""
