"""The file store: attachments are uploaded whole or in parts, looked at, and downloaded (protocol §7).

    errors    what its clients are told, by the names of ГИС ЖКХ
    request   one request as a value, from its HTTP headers alone
    blobs     where bytes are kept, found by their SHA-256
    store     the operations: upload, parts, completion, status, download
    keeper    what happens afterwards: uploads that end, blobs that nobody needs, ГОСТ digests

Whatever is kept is a blob, found by its SHA-256: a file, and each part of one that is not completed. Parts have at most
5 242 880 bytes, and no file is ever whole in memory.
"""
