"""The built-in contract, services: WSDL 1.1 with the official names of services, ports, operations and SOAP actions.

Data only, read through `importlib.resources`. Each file imports its schemas from the sibling package `xsd`.
"""
