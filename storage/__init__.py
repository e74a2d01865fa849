"""What the gateway remembers: an append-only journal, and everything that is derived from it.

    database      one durable transaction at a time, on SQLite or PostgreSQL
    journal       the hash chain: the only truth
    sealing       payloads of packages enciphered, each package by a key of its own; the keys are in `keys`
    erasure       those keys destroyed by order, and told in the journal; `scrubbing` takes them out of the files
    archives      which months are in which file, `archive_file` what such a file is; `archived` reads payloads from it
                  after `dropping` has deleted them here
    merkle        the same journal as a Merkle tree: stored tiles and proofs; `tree` has the mathematics
    checkpoints   what the installation has signed of it
    verification  whether it still is what was written
    packages      accepted packages and their results, a projection of the journal
    intake        group commit of what arrives
    work          packages that wait for their result, and who works on them
    registry      objects of the families, changed optimistically; `history` is their past, `numbers` their numbers
    files         uploads of the file store: who they belong to, which blobs they consist of
    directory     organisations, information systems and their rights

The only importer of SQLAlchemy and alembic. Times are aware and in UTC; GUIDs are lower-case text.
"""
