"""What proves the journal to others: checkpoints, receipts, and the witness that watches it from another machine.

    notes        signed notes: a text and signatures under it
    checkpoint   the head of the journal's tree as such a note
    publishing   checkpoints are made, stored and put where others find them
    receipt      the proof that a message was accepted
    witness      the second party, which keeps checkpoints and compares

docs/journal.md has the formats for whoever reads them without this code.
"""
