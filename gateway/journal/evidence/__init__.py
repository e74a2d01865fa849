"""The evidence of one package: a bundle that an auditor verifies years later, without this gateway and its code.

    naming     which package a message names
    case       its records, and its documents as far as they are kept
    exhibit    a signed document, and how stock tools find its signature
    belief     whom the installation believed on the day, and by which lists
    canonical  what binds openssl's octets to the document, for ГОСТ
    proofs     where the records are in the tree, and what is signed of it
    facts      verdict.json and contract.json
    contents   everything that goes into a bundle
    names      and how its files are called
    options    how openssl and xmlsec1 are called for an algorithm
    shell      the functions of verify.sh
    steps      the lines that verify the bundle, made for its algorithms
    readme     README.md and verify.sh, of the same lines
    bundle     all of it together, as files
    asic       its files as a container of ASiC-E, signed by the installation
    container  the files as a zip archive, byte for byte the same each time

docs/evidence.md tells what the bundle proves, and what it does not.
"""
