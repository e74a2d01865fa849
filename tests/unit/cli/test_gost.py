"""Installations and test keys by ГОСТ, made by the commands that make all the others."""

from __future__ import annotations

import pytest
from lxml import etree

import signing
from gateway import clock, installation, settings
from signing import policy, signer, trust
from signing.gost import selection

KINDS = ("gost2012-256", "gost2012-512")


def judged(key, authority):
    """Sign with the key, and judge by what is believed of packages that arrive."""
    element = etree.fromstring('<r Id="x"><a/></r>')
    signing.sign(element, key, at=clock.now())
    store = signing.TrustStore(trust.load(authority))
    return signing.verify(element, policy=policy.strict(selection.choose()), trust=store, at=clock.now())


@pytest.mark.parametrize("kind", KINDS)
def test_installation_with_such_a_key__signs_results_that_hold(gateway, kind):
    gateway.run("init", "--suite", kind)
    house = installation.Installation.open(settings.load(gateway.data))
    verdict = judged(house.key, gateway.data / "keys" / "ca.crt")
    house.close()
    assert verdict.good, verdict.failure
    assert verdict.signature_algorithm.endswith(kind[-3:])


@pytest.mark.parametrize("kind", KINDS)
def test_new_key__signs_under_its_test_authority(gateway, tmp_path, kind):
    ogrn = "1020000000019"
    gateway.run("key", "new", "uk", "--ogrn", ogrn, "--suite", kind, "--to", tmp_path)
    verdict = judged(signer.PemSigner.load(tmp_path / "uk.key", tmp_path / "uk.crt"), tmp_path / "test-ca.crt")
    assert verdict.good, verdict.failure
    assert verdict.subject.ogrn == ogrn


def test_authority_by_gost__vouches_for_any_other_key(gateway, tmp_path):
    for name, kind in (("one", "gost2012-512"), ("two", "p256")):
        gateway.run("key", "new", name, "--ogrn", "1020000000019", "--suite", kind, "--to", tmp_path)
    verdict = judged(signer.PemSigner.load(tmp_path / "two.key", tmp_path / "two.crt"), tmp_path / "test-ca.crt")
    assert verdict.good, verdict.failure
