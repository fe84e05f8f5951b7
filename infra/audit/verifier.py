#!/usr/bin/env python3
"""Verify an export of a Shipledger ledger, offline: python3 verify.py ledger.tar

This one file needs Python 3.9 and, for the signatures, the package cryptography. It shares no code with the server: how
an export must look is written down here once more, on purpose. It checks every byte of the archive:

* the manifest is signed, and has the digest of every other member;
* each event stands at its position, its leaf follows from its bytes, its chain value from all before it;
* the events hash to the signed root of the ledger (RFC 6962).

Exit codes: 0 good; 1 bad, and what is bad first is named; 2 this is no export; 3 good, but signatures were not checked.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import struct
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment, misc]

FORMAT = "shipledger-export/1"
MANIFEST_NOTE, MANIFEST = "manifest.note", "manifest.json"
CHECKPOINT, PROOFS, KEYS, EVENTS = "checkpoint.note", "proofs.json", "public-keys.json", "events.ndjson"
BLOCK = 512
END_OF_ARCHIVE = bytes(2 * BLOCK)
SMALL = 64 << 20
"""No member but the events, and no single event, is larger than this many bytes."""

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00")
_HEADER = struct.Struct("100s8s8s8s12s12s8s1s100s6s2s32s32s8s8s155s12x")


class Bad(Exception):
    """The export was changed. ``member`` of the archive is where, and ``position`` which event, if it is one."""

    def __init__(self, message: str, member: str = EVENTS, position: int | None = None) -> None:
        super().__init__(message)
        self.member = member
        self.position = position


class Unusable(Exception):
    """This cannot be verified at all, for example because it is no export."""


class Report(NamedTuple):
    """What was found. Without ``problem`` the export is good; ``expired`` events have no payload left to check."""

    file: str
    problem: str | None = None
    member: str | None = None
    position: int | None = None
    usable: bool = True
    signatures: str = "not checked"
    key: str | None = None
    origin: str | None = None
    first: int = 0
    last: int = 0
    events: int = 0
    expired: int = 0
    tree_size: int = 0
    root: str | None = None

    @property
    def exit_code(self) -> int:
        if not self.usable:
            return 2
        if self.problem is not None:
            return 1
        return 3 if self.signatures == "no cryptography" else 0

    def sentence(self) -> str:
        if self.problem is not None:
            where = "" if self.position is None else f"position {self.position}: "
            return f"{'BAD' if self.usable else 'UNUSABLE'}: {where}{self.problem}."
        expired = f" ({self.expired} with expired payloads)" if self.expired else ""
        signatures = {
            "valid": f"signed by {self.key}",
            "no cryptography": "signatures NOT CHECKED, install the Python package cryptography for that",
        }.get(self.signatures, "signatures not checked, as you wished")
        return (
            f"GOOD: {self.events} events{expired}, positions {self.first} to {self.last}, of the ledger {self.origin}, "
            f"which had {self.tree_size} events and the root {self.root}; {signatures}."
        )


class _Export(NamedTuple):
    """An archive of which all but the events was read and found good."""

    file: BinaryIO
    made_at: int
    manifest: dict[str, Any]
    proofs: dict[str, Any]
    tree_size: int
    root: bytes


def verify_file(path: str | Path, *, key: str | None = None, check_signatures: bool = True) -> Report:
    """Verify an export. ``key`` is the public key you trust; without it, the one in the export is taken."""
    try:
        with Path(path).open("rb") as file:
            return _verify(str(path), file, key, check_signatures)
    except Bad as bad:
        return Report(str(path), str(bad), bad.member, bad.position)
    except (Unusable, OSError) as error:
        return Report(str(path), str(error), usable=False)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Report(str(path), f"the manifest was made by somebody else than Shipledger ({error!r})", MANIFEST)


def _verify(path: str, file: BinaryIO, trusted_key: str | None, check_signatures: bool) -> Report:
    manifest_note, made_at = _leading_member(file, MANIFEST_NOTE)
    manifest_bytes, manifest_made_at = _leading_member(file, MANIFEST)
    text, manifest_signature = _opened(manifest_note, MANIFEST_NOTE)
    origin = text.split("\n")[1] if text.count("\n") == 3 else ""
    if text.split("\n")[0] != FORMAT:
        raise Bad(f"manifest.note was changed, or is not of the format {FORMAT}", MANIFEST_NOTE)
    if text != manifest_text(origin, manifest_bytes) or manifest_made_at != made_at:
        raise Bad("manifest.json is not the one that manifest.note names: one of them was changed", MANIFEST)
    manifest = json.loads(manifest_bytes)
    if manifest["origin"] != origin or made_at != _microseconds(manifest["createdAt"]) // 1_000_000:
        raise Bad("manifest.note and manifest.json disagree", MANIFEST_NOTE)

    *small, events = manifest["members"]
    members = {member["name"]: _small_member(file, member, made_at) for member in small}
    checkpoint, checkpoint_signature = _opened(members[CHECKPOINT], CHECKPOINT)
    match = re.fullmatch(r"([^\n]+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n", checkpoint)
    if match is None or match[1] != origin:
        raise Bad("checkpoint.note is not a checkpoint of this ledger", CHECKPOINT)

    signatures, key = "not checked", None
    if check_signatures:
        key = trusted_key or _key_named(members[KEYS], origin)
        _check_signature(MANIFEST_NOTE, text, manifest_signature, origin, key)
        signatures = _check_signature(CHECKPOINT, checkpoint, checkpoint_signature, origin, key)

    export = _Export(file, made_at, manifest, json.loads(members[PROOFS]), int(match[2]), base64.b64decode(match[3]))
    expired = _check_events(export, events)
    if file.read(len(END_OF_ARCHIVE) + 1) != END_OF_ARCHIVE:
        raise Bad("after the last member there is something else than the end of the archive", "end of archive")
    return Report(
        path,
        signatures=signatures,
        key=key,
        origin=origin,
        first=manifest["range"]["from"],
        last=manifest["range"]["to"],
        events=manifest["events"],
        expired=expired,
        tree_size=export.tree_size,
        root=match[3],
    )


def tar_header(name: str, size: int, modified: int) -> bytes:
    """The header of a member, a plain file, in the ustar format; base-256 for sizes from 8 GiB."""
    size_field = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    before = (name.encode(), b"0000644\0", b"0000000\0", b"0000000\0", size_field, b"%011o\0" % modified)
    after = (b"0", b"", b"ustar\0", b"00", b"", b"", b"", b"", b"")
    checksum = sum(_HEADER.pack(*before, b" " * 8, *after))
    return _HEADER.pack(*before, b"%06o\0 " % checksum, *after)


def padding(size: int) -> bytes:
    """The zeros that follow a member of this size."""
    return bytes(-size % BLOCK)


def _leading_member(file: BinaryIO, name: str) -> tuple[bytes, int]:
    """A member whose size no verified manifest tells: its bytes and its time, in seconds."""
    header = file.read(BLOCK)
    if name == MANIFEST_NOTE and not (header.startswith(name.encode()) or header[257:263] == b"ustar\0"):
        raise Unusable("this is not an export of a Shipledger ledger")
    try:
        size, modified = int(header[124:135], 8), int(header[136:147], 8)
    except ValueError:
        size = modified = -1
    if not 0 <= size <= SMALL or modified < 0 or header != tar_header(name, size, modified):
        raise Bad(f"the archive's header of {name} was changed", name)
    return _content(file, name, size), modified


def _small_member(file: BinaryIO, member: dict[str, Any], made_at: int) -> bytes:
    name: str = member["name"]
    _expect_header(file, name, member["size"], made_at)
    content = _content(file, name, member["size"])
    if sha256(content).hexdigest() != member["sha256"]:
        raise Bad(f"{name} was changed: it is not the one of the manifest", name)
    return content


def _content(file: BinaryIO, name: str, size: int) -> bytes:
    content = file.read(size)
    _expect_padding(file, name, size)
    return content


def _expect_header(file: BinaryIO, name: str, size: int, made_at: int) -> None:
    if file.read(BLOCK) != tar_header(name, size, made_at):
        raise Bad(f"the archive's header of {name} was changed, or the archive is cut short", name)


def _expect_padding(file: BinaryIO, name: str, size: int) -> None:
    if file.read(-size % BLOCK) != padding(size):
        raise Bad(f"the archive's padding after {name} was changed, or the archive is cut short", name)


def manifest_text(origin: str, manifest: bytes) -> str:
    """The text that is signed for an export. No checkpoint reads like this."""
    return f"{FORMAT}\n{origin}\nsha256 {sha256(manifest).hexdigest()}\n"


def _opened(note: bytes, member: str) -> tuple[str, str]:
    """Text and signature line of a note (C2SP signed-note)."""
    try:
        text, separator, signature = note.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        separator = ""
    if not separator:
        raise Bad(f"{member} was changed: it is no signed note", member)
    return f"{text}\n", signature


def _key_named(keys: bytes, origin: str) -> str:
    for key in json.loads(keys)["keys"]:
        if key["name"] == origin:
            return str(key["key"])
    raise Bad("public-keys.json has no key of this ledger", KEYS)


def _check_signature(member: str, text: str, signature_line: str, origin: str, key: str) -> str:
    """``valid``, or ``no cryptography``; even then all but the signature itself was checked. Raises Bad."""
    name, _, rest = key.partition("+")
    key_id_hex, _, public_base64 = rest.partition("+")
    try:
        key_id, public = bytes.fromhex(key_id_hex), base64.b64decode(public_base64, validate=True)
    except ValueError:
        raise Unusable(f"this is no public key: {key}") from None
    if key_id != sha256(f"{name}\n".encode() + public).digest()[:4] or public[:1] != b"\x01" or len(public) != 33:
        raise Unusable(f"this is no public key: {key}")
    try:
        signature = base64.b64decode(signature_line.rpartition(" ")[2])
    except ValueError:
        signature = b""
    canonical = f"— {origin} {base64.b64encode(signature).decode()}\n"
    if name != origin or signature[:4] != key_id or len(signature) != 68 or signature_line != canonical:
        raise Bad(f"{member} is not signed with the key {key}", member)
    if Ed25519PublicKey is None:
        return "no cryptography"
    try:
        Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
    except (InvalidSignature, ValueError):
        raise Bad(f"the signature of {member} is wrong", member) from None
    return "valid"


def event_line(event: dict[str, Any], log_id: str, data: bytes | None) -> bytes:
    """The one way in which an event is written: CloudEvents 1.0 in JSON, the exact bytes beside the readable data.

    ``data`` comes last, as it is, if it is JSON on one line; it is null once it expired.
    """
    fields = {
        "specversion": "1.0",
        "id": str(event["position"]),
        "position": event["position"],
        "source": f"urn:uuid:{log_id}",
        "type": event["type"],
        "subject": event["subject"],
        "time": event["time"],
        "recordedat": event["recordedat"],
        "projectid": event["projectid"],
        "streamversion": event["streamversion"],
        "schema": event["schema"],
        "metadata_base64": event["metadata_base64"],
        "payloaddigest": event["payloaddigest"],
        "leaf": event["leaf"],
        "chain": event["chain"],
        "salt": event["salt"],
        "datacontenttype": "application/json",
        "data_base64": event["data_base64"],
    }
    line = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    if data is None:
        return line[:-1] + b',"data":null}\n'
    return line[:-1] + b',"data":' + data + b"}\n" if _is_json_line(data) else line + b"\n"


def entry(event: dict[str, Any], log_id: str) -> bytes:
    """The bytes that the leaf of an event is the hash of: format version 1."""
    return b"".join(
        (
            b"\x01",
            UUID(log_id).bytes,
            struct.pack(">Q", event["position"]),
            _lengthed(event["subject"]),
            struct.pack(">Q", event["streamversion"]),
            _lengthed(event["type"]),
            struct.pack(">I", event["schema"]),
            struct.pack(">q", _microseconds(event["recordedat"])),
            struct.pack(">q", _microseconds(event["time"])),
            _lengthed(event["projectid"]),
            sha256(base64.b64decode(event["metadata_base64"])).digest(),
            _bytes(event["payloaddigest"]),
        )
    )


def _check_events(export: _Export, member: dict[str, Any]) -> int:
    """Check the events one by one, then all of them against the checkpoint; the number of expired payloads."""
    manifest = export.manifest
    first, last = manifest["range"]["from"], manifest["range"]["to"]
    epochs = [epoch["firstPosition"] for epoch in manifest["epochs"]]
    frontier = [base64.b64decode(hash_) for hash_ in export.proofs["before"]]
    if len(frontier) != bin(first - 1).count("1"):
        raise Bad("proofs.json does not fit the range of the events", PROOFS)
    chain = base64.b64decode(manifest["chainBefore"])
    digest, expired, position = sha256(), 0, first
    _expect_header(export.file, EVENTS, member["size"], export.made_at)
    for line in _lines(export.file, member["size"]):
        if position > last:
            raise Bad(f"there is more after position {last}, the last one of the manifest", position=position)
        log_id = manifest["epochs"][bisect_right(epochs, position) - 1]["logId"]
        event = _check_event(line, position, log_id, chain)
        expired += event["salt"] is None
        chain = base64.b64decode(event["chain"])
        _grow(frontier, position - 1, base64.b64decode(event["leaf"]))
        digest.update(line)
        position += 1
    if position <= last:
        raise Bad("this event is missing, or the archive is cut short", position=position)
    if digest.hexdigest() != member["sha256"] or chain != base64.b64decode(manifest["chain"]):
        raise Bad("events.ndjson was changed: it is not the one of the manifest")
    _expect_padding(export.file, EVENTS, member["size"])
    consistency = [base64.b64decode(hash_) for hash_ in export.proofs["consistency"]]
    if not consistent(last, export.tree_size, _root(frontier), export.root, consistency):
        raise Bad("the events do not belong to the signed ledger: they hash to another root than the checkpoint's")
    return expired


def _check_event(line: bytes, position: int, log_id: str, chain: bytes) -> dict[str, Any]:
    """One line. Raises Bad with its position."""
    try:
        event: dict[str, Any] = json.loads(line)
        problem = _problem(event, line, position, log_id, chain)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, struct.error):
        raise Bad("the event was changed: its line cannot be read", position=position) from None
    if problem:
        raise Bad(problem, position=position)
    return event


def _problem(event: dict[str, Any], line: bytes, position: int, log_id: str, chain: bytes) -> str:
    salt, data = event["salt"], event["data_base64"]
    payload = None if data is None else _bytes(data)
    if type(event["position"]) is not int or event["position"] != position:
        return f"the event here says that it stands at position {event['position']}"
    if (salt is None) != (payload is None):
        return "of salt and payload, one is missing"
    if payload is not None and sha256(_bytes(salt) + payload).digest() != _bytes(event["payloaddigest"]):
        return "the payload was changed: it does not have the digest that was recorded"
    leaf = sha256(b"\x00" + entry(event, log_id)).digest()
    if leaf != _bytes(event["leaf"]):
        return "the event was changed: its content does not hash to its leaf"
    if sha256(chain + leaf).digest() != _bytes(event["chain"]):
        return "the chain is broken: this event does not follow the one before it"
    if event_line(event, log_id, payload) != line:
        return "the event was changed: its line is not as it was written"
    return ""


def _lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (line := file.readline(min(size, SMALL))):
        size -= len(line)
        yield line


def _is_json_line(data: bytes) -> bool:
    try:
        json.loads(data.decode())
    except (ValueError, RecursionError):
        return False
    return b"\n" not in data and b"\r" not in data


def _lengthed(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">I", len(encoded)) + encoded


def _bytes(text: str) -> bytes:
    """What base64 says; of the several texts that would say it, only the usual one is taken."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError(text)
    return content


def _microseconds(time: str) -> int:
    """Of a UTC time such as 2026-11-22T09:30:00.000000Z, since 1970."""
    moment = datetime.fromisoformat(time[:-1])
    if f"{moment.isoformat(timespec='microseconds')}Z" != time:
        raise ValueError(time)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _grow(frontier: list[bytes], size: int, leaf: bytes) -> None:
    """Add a leaf to the complete subtrees of a tree of ``size`` leaves."""
    while size & 1:
        leaf = _node(frontier.pop(), leaf)
        size >>= 1
    frontier.append(leaf)


def _root(frontier: Sequence[bytes]) -> bytes:
    if not frontier:
        return sha256(b"").digest()
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = _node(left, root)
    return root


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``second`` leaves begins with the tree of ``first`` (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second:
        return first == 0 and not proof and first_root == _root([])
    hashes = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    if not hashes:
        return False
    old = new = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = _node(hash_, old), _node(hash_, new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = _node(new, hash_)
        number, last = number >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an export of a Shipledger ledger, offline.")
    parser.add_argument("file", help="the export, a tar archive")
    parser.add_argument("--key", help="the public key you trust, as <name>+<id>+<key>; else the export's own is taken")
    parser.add_argument("--no-signature", action="store_true", help="do not check signatures")
    parser.add_argument("--json", action="store_true", help="report in JSON")
    options = parser.parse_args(arguments)
    report = verify_file(options.file, key=options.key, check_signatures=not options.no_signature)
    facts = {"good": report.problem is None, "exit_code": report.exit_code, **report._asdict()}
    sys.stdout.write((json.dumps(facts, ensure_ascii=False) if options.json else report.sentence()) + "\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
