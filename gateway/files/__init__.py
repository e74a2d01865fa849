"""The file store: attachments are uploaded whole or in parts, looked at, and downloaded (protocol §7).

    errors       what its clients are told, by the names of ГИС ЖКХ
    names        names of files, as HTTP carries them
    request      one request as a value, from its HTTP headers alone
    blobs        where bytes are kept, found by their SHA-256
    remote       the same with a bucket for files: what is at hand, and what is fetched
    s3           the bucket, in S3-compatible storage
    places       which of them an installation has
    recognition  what a file is by its content
    scanner      whether it is infected, if somebody can tell
    store        the operations: upload, parts, completion, status, download
    digests      ГОСТ Р 34.11-94 of a file
    keeper       what happens afterwards: uploads that end, blobs that nobody needs, digests

Whatever is kept is a blob, found by its SHA-256: a file, and each part of one that is not completed. Parts have at most
5 242 880 bytes, and no file is ever whole in memory.
"""
