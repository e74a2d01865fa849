"""The built-in contract, schemas: the wire of ГИС ЖКХ 16.3.0.0, written here from its facts.

Data only, read through `importlib.resources`. One namespace has one root file (`base.xsd`, `house-management.xsd`, …)
that others import; a folder of the same name holds its parts by domain. `tests/property/test_contract_equality.py`
proves that every message is judged as by the official schemas.
"""
