"""The business of the contract: one package per family, one handler per operation.

`api` says what a handler is given and what it answers; `handlers` says which handler runs which request element.
A handler is a function of the verified request, the registry and the task's own clock, and of nothing else.
"""
