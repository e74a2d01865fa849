from __future__ import annotations

from gateway.contracts import builtin, model
from gateway.families import handlers


def test_every_handler__runs_an_operation_of_the_built_in_contract() -> None:
    submitted = {
        operation.request
        for service in builtin.pack().services.values()
        for operation in service.operations.values()
        if operation.kind is model.OperationKind.SUBMIT
    }
    assert set(handlers.HANDLERS) <= submitted
