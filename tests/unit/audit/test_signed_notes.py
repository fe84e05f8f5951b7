"""Checkpoints are C2SP signed notes that other tools can open."""

import base64
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from infra.audit import note

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
POINT = note.Checkpoint("ledger.example.org/default/main/1", 8, b"r" * 32)


def test_the_example_of_the_go_package_note_opens() -> None:
    """The keys and the note are those in the documentation of golang.org/x/mod/sumdb/note."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    name, _, rest = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".partition("+")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(rest.partition("+")[2])[1:])
    assert note.open_note(f"{text}\n— PeterNeumann {signature}\n", name, key) == text
    assert note.verifier_key(name, key) == f"{name}+{rest}"


def test_a_checkpoint_is_origin_size_and_root_a_line_each() -> None:
    assert POINT.text == "ledger.example.org/default/main/1\n8\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"
    assert note.checkpoint(POINT.text) == POINT


@pytest.mark.parametrize("text", ["", "o\n1\n", "o\n01\n" + "A" * 43 + "=\n", "o\n1\nAAAA\n", POINT.text + "more\n"])
def test_other_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(note.BadNote):
        note.checkpoint(text)


def test_a_note_opens_with_the_key_and_name_it_was_signed_with_and_no_other() -> None:
    signed = note.sign(POINT.text, POINT.origin, KEY)
    assert note.open_note(signed, POINT.origin, PUBLIC) == POINT.text
    with pytest.raises(note.BadNote):
        note.open_note(signed, "somebody.else", PUBLIC)
    with pytest.raises(note.BadNote):
        note.open_note(signed, POINT.origin, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())


def test_a_note_whose_text_was_changed_does_not_open() -> None:
    signed = note.sign(POINT.text, POINT.origin, KEY)
    with pytest.raises(note.BadNote):
        note.open_note(signed.replace("\n8\n", "\n9\n"), POINT.origin, PUBLIC)


def test_a_restored_ledger_is_another_log_with_another_name() -> None:
    before = note.origin("ledger.example.org", "default/main", UUID(int=1))
    assert before == "ledger.example.org/default/main/00000000-0000-0000-0000-000000000001"
    assert before != note.origin("ledger.example.org", "default/main", UUID(int=2))
