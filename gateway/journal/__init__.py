"""What is done with the journal beside writing it: proving it to others, searching it, replaying it.

    notes        signed notes: a text and signatures under it
    checkpoint   the head of the journal's tree as such a note
    publishing   checkpoints are made, stored and put where others find them
    receipt      the proof that a message was accepted
    archiving    months of it in files that prove themselves
    witness      the second party, which keeps checkpoints and compares
    erasing      the documents of a package destroyed by order
    replay       everything judged and executed again, in a registry of its own

docs/journal.md has the formats for whoever reads them without this code.
"""
