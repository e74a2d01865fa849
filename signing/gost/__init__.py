"""ГОСТ Р 34.10 and ГОСТ Р 34.11: curves, keys, and two backends that compute with them.

    backend = selection.choose("auto")      # the OpenSSL engine where it is and works, else plain Python
    policy = signing.policy.strict(backend)

Kept libraries do the rest of the package's cryptography; for ГОСТ there is none that can be depended on.
"""
