"""HTTP in front of SOAP: the WSGI application, its metrics, and the processes that serve it."""
