"""Reading request bodies: strict types, one message for each field that is wrong, nothing that a database refuses."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args

import msgspec
from litestar import Request

from interfaces.http.principal import ask
from interfaces.http.problems import BadInput, Detail

_LOCATION = " - at `$"
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


@lru_cache(maxsize=512)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded strictly into what its handler's ``data`` is annotated with."""

    async def json(self) -> Any:
        """Raises BadInput; Unauthenticated first, unless the route is for callers without a credential."""
        ask(self.scope)
        field = getattr(self.scope["route_handler"], "parsed_data_field", None)
        return decode(await self.body(), Any if field is None else field.annotation)


def decode(body: bytes, kind: Any) -> Any:
    """The body as an instance of ``kind``. Raises BadInput with a detail for each field at fault."""
    if b"\\u0000" in body or b"\x00" in body:
        _refuse_unstorable(body)
    try:
        return _decoded(body, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse_unstorable(body)
        raise BadInput([Detail("", f"The body is not valid JSON: {error}")], "Malformed JSON") from None
    except RecursionError:
        raise BadInput([Detail("", "The body is nested too deeply")], "Malformed JSON") from None


def _decoded(body: bytes, kind: Any) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise BadInput(list(_faults(body, kind)) or [_detail(error)]) from None


def _faults(body: bytes, kind: Any) -> Iterator[Detail]:
    """One detail a field: msgspec stops at the first, so each field is tried by itself."""
    struct = next((part for part in (kind, *get_args(kind)) if _is_struct(part)), None)
    if struct is None:
        return
    try:
        raw = _members.decode(body)
    except msgspec.ValidationError:
        return
    for field in msgspec.structs.fields(struct):
        if field.encode_name not in raw:
            if field.required:
                yield Detail(field.encode_name, "Required")
            continue
        try:
            msgspec.json.decode(raw[field.encode_name], type=field.type)
        except msgspec.ValidationError as error:
            yield _detail(error, field.encode_name)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _detail(error: msgspec.ValidationError, field: str = "") -> Detail:
    message, _, location = str(error).partition(_LOCATION)
    return Detail(f"{field}{location.rstrip('`').removeprefix('[...]')}".removeprefix("."), message)


def _refuse_unstorable(body: bytes) -> None:
    """Raises BadInput naming each string that holds NUL or half a surrogate pair, or bytes that are no UTF-8."""
    try:
        value = json.loads(body)
    except UnicodeDecodeError:
        raise BadInput([Detail("", "The body is not valid UTF-8")], "Malformed JSON") from None
    except (ValueError, RecursionError):
        return
    if details := list(_unstorable(value, "")):
        raise BadInput(details)


def _unstorable(value: Any, path: str) -> Iterator[Detail]:
    match value:
        case str() if "\x00" in value:
            yield Detail(path, "Must not contain NUL characters")
        case str() if not _encodable(value):
            yield Detail(path, "Must not contain unpaired surrogates")
        case dict():
            for key, item in value.items():
                name = key if _encodable(key) and "\x00" not in key else "(name)"
                inner = f"{path}.{name}" if path else name
                yield from _unstorable(key, inner)
                yield from _unstorable(item, inner)
        case list():
            for index, item in enumerate(value):
                yield from _unstorable(item, f"{path}[{index}]")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def body_or_form(request: Request[Any, Any, Any], kind: Any) -> Any:
    """A body that may also come as a form (login pages post forms). Raises BadInput."""
    content_type = request.content_type[0]
    if content_type == "application/x-www-form-urlencoded":
        form = await request.form()
        return decode(msgspec.json.encode({name: form[name] for name in form}), kind)
    return decode(await request.body() or b"{}", kind)
