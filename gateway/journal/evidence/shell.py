"""The functions that the lines of a bundle lean on: POSIX sh, with sha256sum, xxd and base64.

Hashes are held in hex. The two algorithms are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from typing import Final

BEGINNING: Final = r"""
set -eu
LC_ALL=C; export LC_ALL; umask 077
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
digest() { sha256sum < "$1" | cut -c1-64; }
says() { grep -qF -e "$2" "$1" || { echo "$1: not there: $2" >&2; exit 1; }; }
"""

XMLSEC: Final = r"""
lax=; if xmlsec1 --help-verify | grep -q -e --lax-key-search; then lax=--lax-key-search; fi
"""
"""Since 1.3 xmlsec1 takes a key that KeyInfo does not name only when it is told to; before, it does not know how."""

CANONICAL: Final = r"""
canonical() { # folder with the octets that were signed, and with what xmlsec1 makes of the document
    printf public > "$work/hmac"
    xmlsec1 --verify $lax --hmackey "$work/hmac" "$1/canonical.xml"
    for part in signed-info properties payload; do
        grep -F -e "Id=\"$part\"" "$1/canonical.xml" > "$work/line"
        says "$work/line" ">$(openssl dgst -sha256 -binary "$1/$part" | base64)</ds:DigestValue>"
    done
    tr -d ' \t\r\n' < "$1/signed-info" > "$work/flat"
}
"""
"""xmlsec1 computes no ГОСТ, but it makes canonical forms. In `canonical.xml` they are digested by SHA-256, under an
HMAC whose key is public and proves nothing: so the octets for openssl are those of the document."""

CONTAINER: Final = r"""
part() { tr -d '\n' < META-INF/signatures0.xml | sed "s/.*\(<$1 .*<\/$1>\).*/\1/" | tr -d '\n'; }
named() { # options of openssl for the digest; each file has to be in SignedInfo with its digest
    { cut -c67- manifest.sha256; echo manifest.sha256; } | while read -r file; do
        grep -o -e "URI=\"$file\">.*" "$work/signed-info" | sed 's/<\/ds:DigestValue>.*//' > "$work/line"
        says "$work/line" ">$(openssl dgst "$@" -binary "$file" | base64 | tr -d '\n')"
    done
}
"""
"""For a container that is signed by ГОСТ; in its document the signed parts stand as they were signed."""

CHECKPOINT: Final = r"""
signed() { # note, certificate, options of openssl for its algorithm
    sed '/^$/,$d' "$1" > "$work/text"
    sed -n '$s/.* //p' "$1" | base64 -d | tail -c +5 > "$work/signature"
    openssl x509 ${4-} -in "$2" -noout -pubkey > "$work/key.pem"
    openssl dgst ${4-} "$3" -verify "$work/key.pem" -signature "$work/signature" "$work/text"
}
"""

TREE: Final = r"""
hex() { base64 -d | xxd -p -c 64; }
root() { sed -n 3p "$1" | hex; }
leaf() { { printf '\000'; cat "$1"; } | sha256sum | cut -c1-64; }
node() { printf '01%s%s' "$1" "$2" | xxd -r -p | sha256sum | cut -c1-64; }
up() { at=$((at / 2)) last=$((last / 2)); }
edge() { [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; }
climb() { while [ "$at" -gt 0 ] && [ $((at % 2)) -eq 0 ]; do up; done; }
included() { # record, its index, note; on standard input the hashes of the proof
    at=$2 last=$(($(sed -n 2p "$3") - 1)) found=$(leaf "$1")
    while read -r line; do
        [ "$last" -gt 0 ] || { echo "$1: the proof is too long" >&2; exit 1; }
        other=$(echo "$line" | hex)
        if edge; then found=$(node "$other" "$found"); climb; else found=$(node "$found" "$other"); fi
        up
    done
    [ "$last" -eq 0 ] && [ "$found" = "$(root "$3")" ] || { echo "$1: not in the tree of $3" >&2; exit 1; }
    echo "$1: record $2 of $3"
}
proved() { # index of a record
    proof="proofs/$1.tlog-proof"
    [ "$(sed -n 1,2p "$proof" | tr '\n' ' ')" = "c2sp.org/tlog-proof@v1 index $1 " ]
    sed '1,/^$/d' "$proof" | cmp - checkpoint
    sed '1,2d; /^$/,$d' "$proof" > "$work/path"
    included "records/$1.json" "$1" checkpoint < "$work/path"
}
"""

RECEIPT: Final = r"""
quoted() { sed 's/[\\"]/\\&/g' "$1"; }
"""

CONTINUED: Final = r"""
continued() { # older note, newer note; on standard input the hashes of the proof
    at=$(($(sed -n 2p "$1") - 1)) last=$(($(sed -n 2p "$2") - 1)) first=$(root "$1")
    while [ $((at % 2)) -eq 1 ]; do up; done
    if [ "$at" -gt 0 ]; then read -r line; first=$(echo "$line" | hex); fi
    second=$first
    while read -r line; do
        [ "$last" -gt 0 ] || { echo "$2: the proof is too long" >&2; exit 1; }
        other=$(echo "$line" | hex)
        if edge; then first=$(node "$other" "$first") second=$(node "$other" "$second"); climb
        else second=$(node "$second" "$other"); fi
        up
    done
    [ "$last" -eq 0 ] && [ "$first" = "$(root "$1")" ] && [ "$second" = "$(root "$2")" ] ||
        { echo "$2: does not begin with $1" >&2; exit 1; }
    echo "$2: begins with $1"
}
"""
