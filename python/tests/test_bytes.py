"""Bytes from a stranger: saved runs and networks, cut off, damaged, or changed under a right checksum."""

import random
import struct
import zlib

import pytest

import losscape_kernel as lk

NET = lk.Mlp([2, 3, 1])
LOSS = NET.loss(*lk.moons(32, 0.3), l2=1e-4)
SETTINGS = {"learning_rate": 0.1, "batch_size": 8, "momentum": 0.9, "gradient_noise": 0.1}


def run(steps, **settings):
    sgd = lk.Sgd(LOSS, NET.init(3), **(SETTINGS | settings))
    sgd.advance(steps)
    return sgd


def wrapped(blob, body):
    """The header of a blob with another body, its length and its checksum."""
    whole = blob[:8] + struct.pack("<I", len(body)) + body
    return whole + struct.pack("<I", zlib.crc32(whole))


def changes(blob, rng):
    body = bytearray(blob[12:-4])
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(body))
        word = rng.choice([b"\xff" * 8, b"\0" * 8, struct.pack("<d", float("nan")), rng.randbytes(8), bytes([rng.randrange(9)])])
        word = word[: rng.randint(1, 8)]
        kind = rng.randrange(4)
        if kind == 0:
            body[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            body[at : at + len(word)] = word[: len(body) - at]
        elif kind == 2:
            body[at : at + len(word)] = b""
        else:
            body[at:at] = word
    return wrapped(blob, bytes(body))


def damaged(blob):
    for length in range(len(blob)):
        yield blob[:length]
    for at in range(len(blob)):
        yield blob[:at] + bytes([blob[at] ^ 0x41]) + blob[at + 1 :]
    yield blob + b"\0"
    for version in (0, 3, 0xFFFF):
        head = blob[:6] + struct.pack("<H", version) + blob[8:-4]
        yield head + struct.pack("<I", zlib.crc32(head))
    for length in (0, 2**31, 2**32 - 1):
        yield blob[:8] + struct.pack("<I", length) + blob[12:]


def test_the_helpers_make_whole_blobs():
    blob = run(5).save()
    assert wrapped(blob, blob[12:-4]) == blob


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.0, "adam": True}])
def test_damaged_runs_are_refused_and_change_nothing(settings):
    blob = run(5, **settings).save()
    sgd = run(2, **settings)
    before = sgd.save()
    for bytes_ in damaged(blob):
        with pytest.raises(ValueError, match="`state`"):
            sgd.restore(bytes_)
    assert sgd.save() == before
    assert sgd.advance(5).tolist() == run(2, **settings).advance(5).tolist()


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.0, "adam": True}])
def test_changed_runs_are_refused_or_are_what_the_bytes_say(settings):
    rng, blob, accepted = random.Random(1), run(5, **settings).save(), 0
    for _ in range(1500):
        bytes_ = changes(blob, rng)
        sgd = run(2, **settings)
        before = sgd.save()
        try:
            sgd.restore(bytes_)
        except ValueError as error:
            assert "`state`" in str(error) and sgd.save() == before
        else:
            assert sgd.save() == bytes_
            accepted += 1
        sgd.advance(3)
    assert accepted > 20


@pytest.mark.parametrize("single", [True, False])
def test_networks_are_refused_or_are_what_the_bytes_say(single):
    blob = NET.save(NET.init(1) if single else NET.init(1).astype(float))
    for bytes_ in damaged(blob):
        with pytest.raises(ValueError, match="`bytes`"):
            lk.Mlp.load(bytes_)
    rng, accepted = random.Random(2), 0
    for _ in range(3000):
        bytes_ = changes(blob, rng)
        try:
            net, params = lk.Mlp.load(bytes_)
        except ValueError as error:
            assert "`bytes`" in str(error)
        else:
            assert net.save(params) == bytes_
            accepted += 1
    assert accepted > 20
