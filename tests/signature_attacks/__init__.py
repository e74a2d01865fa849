"""Attacks on signatures: the generator of samples/hostile/signatures, and of what is too large to be stored.

`python -m tests.signature_attacks` writes the folder; a test proves that the folder is exactly what is made here, byte
for byte. Each module is a family. Nothing of the signer of the product is used: a corpus that the judged code had made
would share its mistakes.
"""
