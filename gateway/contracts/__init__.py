"""Contracts as data: packs of WSDL and XSD files become services, operations, versions and judges.

Nothing is generated and no class is written per message. `loader` reads a pack, `catalogue` chooses among several,
`schema` judges a request element, `shape` reads and writes content, `packs` installs, `publish` serves the files.
"""
