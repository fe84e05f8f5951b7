"""Checkpoints and proofs as JSON. Hashes are in base64, as in C2SP notes."""

import base64

import msgspec

from domain.kernel.audit import ConsistencyProof, InclusionProof, SignedCheckpoint


class CheckpointBody(msgspec.Struct, frozen=True, rename="camel"):
    """``signedNote`` is what ``Accept: text/plain`` answers; ``publicKey`` is in the notation of C2SP signed-note."""

    origin: str
    size: int
    root: str
    log_id: str
    chain: str
    signed_note: str
    public_key: str

    @classmethod
    def of(cls, point: SignedCheckpoint) -> "CheckpointBody":
        return cls(
            origin=point.origin,
            size=point.size,
            root=_base64(point.root),
            log_id=str(point.log_id),
            chain=_base64(point.chain),
            signed_note=point.note,
            public_key=point.public_key,
        )


class InclusionBody(msgspec.Struct, frozen=True):
    """Leaf ``position`` - 1 of the tree of ``size`` leaves, and the RFC 6962 audit path from it to ``root``."""

    position: int
    size: int
    leaf: str
    root: str
    proof: list[str]

    @classmethod
    def of(cls, proof: InclusionProof) -> "InclusionBody":
        hashes = [_base64(hash_) for hash_ in proof.hashes]
        return cls(proof.position, proof.size, _base64(proof.leaf), _base64(proof.root), hashes)


class ConsistencyBody(msgspec.Struct, frozen=True, rename="camel"):
    """The RFC 6962 consistency proof from the tree of ``from`` leaves to that of ``to``."""

    from_: int = msgspec.field(name="from")
    to: int
    from_root: str
    to_root: str
    proof: list[str]

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "ConsistencyBody":
        hashes = [_base64(hash_) for hash_ in proof.hashes]
        return cls(proof.first, proof.second, _base64(proof.first_root), _base64(proof.second_root), hashes)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
