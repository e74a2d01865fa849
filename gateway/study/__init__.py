"""Slow reading of contract packs, for people: what two versions differ in.

The only importer of `xmlschema`, which is 80 to 100 times slower than libxml2 and exponential on some facets of the
official schemas: nothing on the way of a package may import from here.
"""
