"""README.txt of an archive. It is a part of the format: an archive that is made again has the same bytes."""

from __future__ import annotations

from typing import Final

TEXT: Final = """\
A part of the journal of a gateway (hcs-gateway), in a file that proves itself.

  archive.json     which entries of which journal; its tree; SHA-256 and size of the other files
  records.jsonl    the records, a line each, in canonical JSON (RFC 8785)
  payloads         their documents as they are stored, one behind the other
  payloads.jsonl   where each document is in that: entry, role, offset, size, SHA-256
  checkpoint       the journal's root hash, signed by the installation (C2SP signed-note)
  certificate.pem  of the key that has signed it

Whole:        sha256sum records.jsonl payloads payloads.jsonl checkpoint certificate.pem README.txt
              gives the digests that archive.json has under "files".

Records:      the hash of a record is SHA-256 over one zero byte and its line, without the end of the line:
              { printf '\\0'; sed -n 1p records.jsonl | tr -d '\\n'; } | sha256sum
              Each record names the hash before it as "previous": the first one that of archive.json, and the hash of
              the last one is "last" there.

Root:         the hashes are leaves of a Merkle tree (RFC 6962, 2.1). "frontier" has the hashes of the perfect subtrees
              over the entries before "start", the largest first: with the records they give "root", the root over the
              first "stop" entries. "consistency" proves (RFC 9162, 2.1.4.2) that the root of the checkpoint, its third
              line, is over the same entries.

Signature:    sed '/^$/,$d' checkpoint > text
              sed -n '$s/.* //p' checkpoint | base64 -d | tail -c +5 > signature
              openssl x509 -in certificate.pem -noout -pubkey > key.pem
              openssl dgst -sha256 -verify key.pem -signature signature text
              (-sha384 for P-384, -sha512 for P-521, -engine gost -md_gost12_256 or -md_gost12_512 for GOST)
              Compare certificate.pem with one that you have from elsewhere.

Documents:    with offset and size of grep '^{"index":81345,' payloads.jsonl
              tail -c +$((offset + 1)) payloads | head -c $size > document
              A document of a package begins with HCS and a byte 1: it is enciphered, and its key is not here but in the
              installation, which has destroyed it if the package was erased. Others are compressed: zstd -d.
              The record has SHA-256 and size of a document as it came. Entries under "erased" had lost their documents,
              by the order of the entry that stands beside them.

All at once:  gateway journal archive --check FILE --certificate installation.crt
              Of several archives in their order, the later ones have the SHA-256 of the earlier in their records of the
              kind archive-made.
"""
