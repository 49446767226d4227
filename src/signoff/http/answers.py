"""Answers, read whole or piece by piece, and never more of them than is wanted."""

from __future__ import annotations

import json as json_format
import math
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from signoff.http.calls import Json
from signoff.http.errors import AnswerTooLarge, UnreadableAnswer
from signoff.http.failures import translated
from signoff.kernel.storable import UNSTORABLE

_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end. `headers` ignore case; `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Json:
        """Read the body as JSON, without characters that no database stores; NaN and infinities become text.

        Raises:
            UnreadableAnswer: It is something else (a proxy's page, half an answer).
        """
        try:
            # Decoded here, because the parser lets halves of surrogate pairs through.
            text = self.body.decode("utf-8-sig", "replace")
            answer: Json = _READER.decode(text)
            return _storable(answer) if b"\\u" in self.body else answer
        except (ValueError, RecursionError) as problem:
            kind = self.headers.get("Content-Type", "unknown type")
            raise UnreadableAnswer(f"HTTP {self.status} with a body that isn't JSON ({kind})") from problem

    def text(self) -> str:
        """Give the body as text; what isn't UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def _finite(number: str) -> float | str:
    """Leave a number beyond all floats as it is written: neither JSON nor PostgreSQL's has infinity."""
    value = float(number)
    return value if math.isfinite(value) else number


_READER: Final = json_format.JSONDecoder(parse_constant=str, parse_float=_finite)


def _storable(value: Json) -> Json:
    """Replace NUL and halves of surrogate pairs: JSON can say them, UTF-8 and PostgreSQL can't."""
    match value:
        case str():
            return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {str(_storable(key)): _storable(each) for key, each in value.items()}
    return value


class Download:
    """A streamed answer of `Http.fetch`."""

    def __init__(self, response: aiohttp.ClientResponse, max_bytes: int) -> None:
        self._response = response
        self._max_bytes = max_bytes

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def url(self) -> str:
        return str(self._response.url)

    def header_lines(self, name: str) -> list[str]:
        """Give all values of a header that may come several times, such as `Link`."""
        return self._response.headers.getall(name, [])

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Give the body piece by piece.

        Raises:
            AnswerTooLarge: More than `max_bytes` came, or were announced.
            AnswerLost: Broken off or too slow.
        """
        pieces = limited(self._response, self._max_bytes)
        while True:
            with translated(self._response.url.host or ""):  # not around the caller's own errors
                chunk = await anext(pieces, None)
            if chunk is None:
                return
            yield chunk


async def limited(response: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    """Give the body, decompressed, until the limit: a small answer can unpack to a huge one."""
    size_bytes = 0
    announced = response.content_length or 0
    if announced > max_bytes:
        raise AnswerTooLarge(f"The answer has {announced} bytes; at most {max_bytes} are taken.")
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise AnswerTooLarge(f"The answer has more than {max_bytes} bytes.")
        yield chunk
