"""Replay: what the journal tells of is done again, in a registry of its own, and compared with what was recorded.

live         the installation that is replayed, read and never written
world        what the journal has made so far: directory, dictionaries, files, registry, in a database of its own
days         whom the installation believed when a package came
packs        which contract packs were in force then
judging      the verdict on a package again
rerun        the run of a package again
comparison   two results, two registries
findings     what came of an entry, and why it differs
report       what is asked, and what all that has come to
engine       the order of all that
text, page   the report for people
"""
