"""Who may sign what: each key only the statements of its role and station, and only once admitted by the root."""

import pytest

from testigo.election import KeyRing, MachineKey, MachineKeys
from testigo.errors import InvalidSignature
from testigo.keys import SigningKey
from testigo.words import message


@pytest.fixture(scope="module")
def keys() -> dict[str, SigningKey]:
    return {name: SigningKey.generate() for name in ("root", "centre", "auditor", "chair-1", "chair-2", "booth-1")}


@pytest.fixture
def ring(keys) -> KeyRing:
    admitted = [
        MachineKey(keys["centre"].public.hex, "centre", "", ""),
        MachineKey(keys["auditor"].public.hex, "auditor", "", ""),
        MachineKey(keys["chair-1"].public.hex, "chair", "01-01", ""),
        MachineKey(keys["chair-2"].public.hex, "chair", "02-01", ""),
        MachineKey(keys["booth-1"].public.hex, "booth", "01-01", ""),
    ]
    return KeyRing(keys["root"].public).admit(MachineKeys(tuple(admitted)))


@pytest.mark.parametrize(
    ("role", "signer", "station"),
    [
        ("root", "root", ""),
        ("centre", "centre", ""),
        ("auditor", "auditor", "01-01"),
        ("chair", "chair-1", "01-01"),
        ("chair", "chair-2", "02-01"),
        ("booth", "booth-1", "01-01"),
    ],
)
def test_a_key_signs_for_its_role_and_station(ring, keys, role, signer, station):
    key = keys[signer].public
    assert ring.key_for(role, key.key_id, station).key_id == key.key_id
    assert ring.any_key(key.key_id).key_id == key.key_id


@pytest.mark.parametrize(
    ("role", "signer", "station", "words"),
    [
        ("root", "centre", "", "'tally sheet' must be signed by the election's root key"),
        ("root", "chair-1", "", "root key"),
        ("chair", "root", "01-01", "never admitted"),
        ("chair", "centre", "01-01", "signed by the centre"),
        ("chair", "chair-2", "01-01", "chair of station 02-01, who may not sign 'tally sheet' of station 01-01"),
        ("chair", "chair-1", "", "may not sign"),
        ("chair", "booth-1", "01-01", "voting machine of station 01-01"),
        ("centre", "auditor", "", "signed by the auditor"),
    ],
)
def test_a_key_signs_nothing_else(ring, keys, role, signer, station, words):
    with pytest.raises(InvalidSignature, match=words):
        ring.key_for(role, keys[signer].public.key_id, station, what=message("term", "statement.tally-sheet"))


def test_a_key_that_was_never_admitted_is_nobodys(ring):
    with pytest.raises(InvalidSignature, match="never admitted"):
        ring.any_key(SigningKey.generate().public.key_id)


def test_admitting_makes_a_new_ring_and_refuses_a_key_twice(ring, keys):
    other = SigningKey.generate().public
    with pytest.raises(InvalidSignature, match="never admitted"):
        ring.key_for("centre", other.key_id)
    wider = ring.admit(MachineKeys((MachineKey(other.hex, "centre", "", ""),)))
    assert wider.key_for("centre", other.key_id).key_id == other.key_id
    assert len(wider.keys) == len(ring.keys) + 1
    for again in (keys["chair-1"], keys["root"]):
        with pytest.raises(InvalidSignature, match="admitted twice"):
            ring.admit(MachineKeys((MachineKey(again.public.hex, "chair", "03-01", ""),)))


def test_a_station_without_such_a_key_is_told(ring):
    assert ring.of_station("01-01", "booth").role == "booth"
    with pytest.raises(InvalidSignature, match="no key of the voting machine of station 02-01 is admitted"):
        ring.of_station("02-01", "booth")


def test_replacing_ends_the_old_key_and_leaves_all_others(ring, keys):
    new = SigningKey.generate().public
    replaced = ring.replace(MachineKeys((MachineKey(new.hex, "chair", "01-01", ""),)), entry=7)
    assert replaced.of_station("01-01", "chair").public == new
    assert replaced.key_for("chair", new.key_id, "01-01") == new
    old = keys["chair-1"].public.key_id
    for ask in (lambda: replaced.key_for("chair", old, "01-01"), lambda: replaced.any_key(old)):
        with pytest.raises(InvalidSignature, match="of the chair of station 01-01, which the root replaced at entry 7"):
            ask()
    assert [(one.key.public.key_id, one.entry) for one in replaced.replaced] == [(old, 7)]
    others = [key for key in ring.keys if (key.role, key.station) != ("chair", "01-01")]
    assert [key for key in replaced.keys if key.public != new] == others
    assert ring.of_station("01-01", "chair").public == keys["chair-1"].public


def test_a_replacement_for_nobody_only_admits_and_a_key_replaces_no_other_twice(ring, keys):
    new = SigningKey.generate().public
    added = ring.replace(MachineKeys((MachineKey(new.hex, "chair", "09-09", ""),)), entry=7)
    assert added.keys == (*ring.keys, MachineKey(new.hex, "chair", "09-09", ""))
    assert added.contains("09-09", "chair") and not ring.contains("09-09", "chair")
    for again in ("chair-1", "root"):
        with pytest.raises(InvalidSignature, match="admitted twice"):
            ring.replace(MachineKeys((MachineKey(keys[again].public.hex, "chair", "01-01", ""),)), entry=7)


def test_a_replaced_key_of_the_authority_never_comes_back_a_stations_may(ring, keys):
    def replace(within, name, role, station, entry):
        body = MachineKeys((MachineKey(keys[name].public.hex, role, station, ""),))
        return within.replace(body, entry=entry)

    keys |= {name: SigningKey.generate() for name in ("centre-2", "chair-1b")}
    after = replace(ring, "centre-2", "centre", "", 7)
    for role, station in (("centre", ""), ("auditor", ""), ("chair", "01-01"), ("chair", "09-09")):
        with pytest.raises(InvalidSignature, match="of the centre was replaced and cannot come back"):
            replace(after, "centre", role, station, 8)
    back = replace(replace(after, "chair-1b", "chair", "01-01", 8), "chair-1", "chair", "01-01", 9)
    assert back.of_station("01-01", "chair").public == keys["chair-1"].public
    assert [one.entry for one in back.replaced] == [7, 9]


def test_which_log_key_signs_a_record_of_which_size(ring):
    first, second, third = (SigningKey.generate().public for _ in range(3))
    assert ring.log_keys(0) == ()
    for key, entry in ((first, 1), (second, 5), (third, 9)):
        ring = ring.replace(MachineKeys((MachineKey(key.hex, "log", "", ""),)), entry=entry)
    sizes = {size: ring.log_keys(size) for size in (0, 5, 6, 7, 9, 10, 11, 99)}
    assert sizes == {
        0: (first,),
        5: (first,),
        6: (first, second),
        7: (second,),
        9: (second,),
        10: (second, third),
        11: (third,),
        99: (third,),
    }
