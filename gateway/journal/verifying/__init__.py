"""Verification: everything in the journal computed anew and compared, stage by stage.

question   what is asked, and what came of it
parts      the journal cut into ranges, which several processes verify
answers    results: whose they are, and which message they answer
engine     the order of the stages
"""
