"""Archives of the journal: a month in one file that proves itself, made before anything is dropped here.

    month        months of an archive, by UTC
    manifest     what an archive says of itself: archive.json
    readme       how it is verified without this code: README.txt
    writing      the file is written
    checking     a file is verified, with nothing but the file; several in their order
    making       months are archived: written, verified, told in the journal
    dropping     payloads leave the database, once the file was compared with it

`storage.archive_file` has the layout of the file, docs/archives.md all of it for whoever reads one without this code.
"""
