"""Which revocation list comes into force: signed by whom is trusted, newer, and never a bad one in place of a good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes

from gateway.trust import errors, lists
from signing import issue, policy, trust, trust_folder
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, below, crl

DAY = timedelta(days=1)
LATER = NOW + 10 * DAY
ROOT, LEAF = makers.authority(), makers.identity()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "root.crt").write_bytes(ROOT.certificate.der)
    return tmp_path


@pytest.fixture
def keeper(folder):
    return lists.Keeper(folder, policy.STRICT)


def take(keeper, *arguments, archive=False, **how):
    return keeper.take(crl(ROOT, *arguments, **how), at=LATER, archive=archive).fate


def refused(keeper, data):
    with pytest.raises(errors.TrustError) as told:
        keeper.take(data, at=LATER)
    return str(told.value)


def in_force(folder, *, past=False):
    return [each.this_update for each in trust.TrustStore.from_folder(folder, past=past).lists.all]


def names(folder):
    return sorted(path.name for path in (folder / "crl").iterdir())


def test_first_list__is_taken(folder, keeper):
    taking = keeper.take(crl(ROOT, (LEAF, -1)), at=LATER)
    assert (taking.fate, taking.authority.name, len(taking.found)) == (lists.Fate.TAKEN, "Тестовый УЦ", 1)
    assert in_force(folder) == [NOW]


def test_newer_list__takes_the_place_of_the_other_which_answers_for_the_past(folder, keeper):
    for days in range(3):
        assert take(keeper, made=NOW + days * DAY) is lists.Fate.TAKEN
    assert in_force(folder) == [NOW + 2 * DAY]
    assert in_force(folder, past=True) == [NOW + 2 * DAY, NOW + DAY, NOW]
    assert len(names(folder)) == 2


def test_list_of_the_same_day__takes_the_place_of_the_other_in_the_archive_too(folder, keeper):
    for hours in range(4):
        take(keeper, made=NOW + timedelta(hours=hours))
    take(keeper, made=NOW + DAY)
    assert in_force(folder, past=True) == [NOW + DAY, NOW + timedelta(hours=3)]


def test_number__decides_between_lists_of_one_moment(folder, keeper):
    take(keeper, number=4)
    assert take(keeper, (LEAF, -1), number=5) is lists.Fate.TAKEN
    assert "older" in refused(keeper, crl(ROOT, number=4))
    assert [each.number for each in trust.TrustStore.from_folder(folder).lists.all] == [5]


def test_same_list_again__changes_nothing(folder, keeper):
    take(keeper, (LEAF, -1))
    stamp = trust_folder.stamp(folder)
    assert take(keeper, (LEAF, -1)) is lists.Fate.UNCHANGED
    assert trust_folder.stamp(folder) == stamp


def test_older_list__is_refused_or_kept_for_the_past(folder, keeper):
    take(keeper, made=NOW + 5 * DAY)
    stamp = trust_folder.stamp(folder)
    assert "older than the one in force: made 2027-03-01" in refused(keeper, crl(ROOT))
    assert in_force(folder, past=True) == [NOW + 5 * DAY]
    assert take(keeper, archive=True) is lists.Fate.ARCHIVED
    assert in_force(folder, past=True) == [NOW + 5 * DAY, NOW]
    assert trust_folder.stamp(folder) == stamp


def test_later_list_of_the_day_in_the_archive__is_not_replaced_by_an_earlier_one(folder, keeper):
    take(keeper, made=NOW + 5 * DAY)
    for hours in (2, 1):
        take(keeper, made=NOW + timedelta(hours=hours), archive=True)
    assert in_force(folder, past=True) == [NOW + 5 * DAY, NOW + timedelta(hours=2)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no revocation list"),
        (b"<html>Please log in</html>", "no revocation list"),
        (crl(ROOT)[:-5], "no revocation list"),
        (ROOT.certificate.der, "no revocation list"),
        (crl(issue.new_authority("p256", "Чужой УЦ", now=NOW)), "not trusted (gateway trust add): CN=Чужой УЦ"),
        (crl(issue.new_authority("p256", "Тестовый УЦ", now=NOW)), "has not signed it"),
        (crl(ROOT, algorithm=hashes.SHA3_256()), "algorithm"),
        (crl(ROOT, point={"indirect_crl": True}), "indirect"),
        (crl(ROOT, made=LATER + DAY), "in the future: 2027-03-12"),
    ],
)  # fmt: skip
def test_unusable_list__never_replaces_a_good_one(folder, keeper, data, reason):
    take(keeper, (LEAF, -1))
    stamp = trust_folder.stamp(folder)
    assert reason in refused(keeper, data)
    assert trust_folder.stamp(folder) == stamp


def test_clock_of_an_authority__may_be_a_little_ahead(keeper):
    assert take(keeper, made=LATER + timedelta(minutes=30)) is lists.Fate.TAKEN


def test_authority_that_is_only_pinned_for_an_organisation__takes_no_lists(tmp_path):
    own = tmp_path / "organisations" / "a"
    own.mkdir(parents=True)
    (own / "self.crt").write_bytes(ROOT.certificate.der)
    assert "not trusted" in refused(lists.Keeper(tmp_path, policy.STRICT), crl(ROOT))


def test_lists_of_different_scope_or_key__stand_side_by_side(folder, keeper):
    lower, renewed = below(ROOT, "Нижний УЦ"), issue.new_authority("p256", "Тестовый УЦ", now=NOW)
    for number, each in enumerate((lower, renewed)):
        (folder / f"{number}.crt").write_bytes(each.certificate.der)
    for by in (ROOT, lower, renewed):
        assert keeper.take(crl(by), at=LATER).fate is lists.Fate.TAKEN
    for point in ({"only_contains_user_certs": True}, {"only_contains_ca_certs": True}):
        assert take(keeper, point=point) is lists.Fate.TAKEN
    assert len(in_force(folder)) == 5


def test_list_that_was_put_there_by_hand__is_replaced_under_whatever_name(folder, keeper):
    (folder / "crl").mkdir()
    (folder / "crl" / "by-hand.crl").write_bytes(crl(ROOT))
    assert take(keeper) is lists.Fate.UNCHANGED
    assert take(keeper, made=NOW + DAY) is lists.Fate.TAKEN
    assert in_force(folder) == [NOW + DAY]
    assert in_force(folder, past=True) == [NOW + DAY, NOW]
    assert "by-hand.crl" not in names(folder)


def test_damaged_list_in_force__is_replaced_by_a_good_one(folder, keeper):
    take(keeper)
    (path,) = (folder / "crl").glob("*.crl")
    path.write_bytes(b"damaged")
    assert take(keeper) is lists.Fate.TAKEN
    assert in_force(folder) == [NOW]


def test_damaged_list_in_the_archive__is_replaced_too(folder, keeper):
    take(keeper, made=NOW + DAY)
    take(keeper, archive=True)
    (path,) = (folder / "crl" / "archive").iterdir()
    path.write_bytes(b"damaged")
    take(keeper, archive=True)
    assert in_force(folder, past=True) == [NOW + DAY, NOW]


def test_disk_that_refuses__leaves_the_list_in_force(folder, keeper, monkeypatch):
    take(keeper, (LEAF, -1))
    stamp = trust_folder.stamp(folder)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(issue, "write_atomically", full)
    with pytest.raises(errors.TrustError, match="space"):
        take(keeper, made=NOW + DAY)
    assert trust_folder.stamp(folder) == stamp
    assert in_force(folder) == [NOW]
