"""importPaymentDocumentData as values: what is asked of each document (protocol §8.4)."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Mapping
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields

NAMESPACE: Final = f"{wire.ROOT}bills/"
DETAILS: Final = "DetailsPaymentInformation"
PAYEE: Final = "PaymentInformationKey"
_IDENTITY: Final = ("TransportGUID", "PaymentDocumentID", "Expose", "Withdraw")
_PAYEES: Final = uuid.UUID("6a1f9f0e-3a7c-5d0b-9c55-0f6f1b1d2c3e")


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One PaymentDocument of the request."""

    transport_guid: str
    corrects: str
    """PaymentDocumentID of the document that it takes the place of; empty where it is a new one."""
    exposed: bool
    withdrawn: bool
    """Whether it is placed as a withdrawn one."""
    content: Fields
    """What it says in the contract's words; PaymentInformationKey leads into `payees`."""

    @property
    def account(self) -> str:
        """AccountGuid, lower case."""
        return fields.text(self.content, "AccountGuid").lower()

    @property
    def number(self) -> str:
        """PaymentDocumentNumber; empty where it has none."""
        return fields.text(self.content, "PaymentDocumentNumber")

    @property
    def payees(self) -> list[str]:
        """What its PaymentInformationKeys lead to, wherever they stand, each once."""
        return list(dict.fromkeys(_named(self.content)))


@dataclasses.dataclass(frozen=True, slots=True)
class Withdrawal:
    """One WithdrawPaymentDocument of the request."""

    transport_guid: str
    document_id: str
    """PaymentDocumentID as it was sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """The whole request: documents of one month, or withdrawals."""

    period: str
    """The month of the documents, YYYY-MM; empty beside withdrawals."""
    confirmed: bool
    """ConfirmAmountsCorrect: sums that differ from those computed are to be believed."""
    contractor: str
    """orgPPAGUID of PaymentProviderInformation, lower case; empty where it is not said."""
    payees: Mapping[str, Mapping[str, str]]
    """BankBIK and operatingAccountNumber by PaymentInformationGuid."""
    documents: tuple[Asked, ...]
    withdrawals: tuple[Withdrawal, ...]


def read(task: api.Task) -> Request:
    """Return what a valid importPaymentDocumentRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    guids, payees = {}, {}
    for row in fields.rows(asked, "PaymentInformation"):
        payee = {name: fields.text(row, name) for name in ("BankBIK", "operatingAccountNumber")}
        guid = _payee_guid(task.organisation, payee)
        guids[fields.text(row, "TransportGUID")] = guid
        payees[guid] = payee
    return Request(
        period=period(asked) if "Year" in asked else "",
        confirmed=fields.flag(asked, "ConfirmAmountsCorrect"),
        contractor=fields.text(fields.block(asked, "PaymentProviderInformation"), "orgPPAGUID").lower(),
        payees=payees,
        documents=tuple(_asked(row, guids) for row in fields.rows(asked, "PaymentDocument")),
        withdrawals=tuple(
            Withdrawal(str(row["TransportGUID"]), fields.text(row, "PaymentDocumentID"))
            for row in fields.rows(asked, "WithdrawPaymentDocument")
        ),
    )


def period(asked: Fields) -> str:
    """Return the month that Year and Month of a request name, as YYYY-MM."""
    return f"{int(fields.text(asked, 'Year')):04}-{int(fields.text(asked, 'Month')):02}"


def _payee_guid(organisation: str, payee: Mapping[str, str]) -> str:
    """Return the PaymentInformationGuid of an organisation's payment details: the same whenever they are named."""
    return str(uuid.uuid5(_PAYEES, ":".join((organisation, *payee.values()))))


def _named(content: api.Data) -> Iterator[str]:
    if isinstance(content, Mapping):
        for name, value in content.items():
            if name == PAYEE and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif not isinstance(content, str):
        for each in content:
            yield from _named(each)


def _asked(row: Fields, guids: Mapping[str, str]) -> Asked:
    return Asked(
        transport_guid=str(row["TransportGUID"]),
        corrects=fields.text(row, "PaymentDocumentID"),
        exposed=fields.flag(row, "Expose"),
        withdrawn=fields.flag(row, "Withdraw"),
        content={name: _resolved(name, value, guids) for name, value in row.items() if name not in _IDENTITY},
    )


def _resolved(name: str, value: api.Data, guids: Mapping[str, str]) -> api.Data:
    """Return content in which each PaymentInformationKey names payment details whatever request it stands in."""
    if isinstance(value, str):
        # The contract's keyrefs do not reach into groups and the year of an overhaul: a key may lead nowhere there.
        return guids.get(value.strip(), value) if name == PAYEE else value
    if isinstance(value, Mapping):
        return {inner: _resolved(inner, each, guids) for inner, each in value.items()}
    return [_resolved(name, each, guids) for each in value]
