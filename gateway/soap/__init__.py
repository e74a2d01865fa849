"""SOAP 1.1 document/literal in front of the intake; the only importer of spyne."""
