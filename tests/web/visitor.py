"""A browser without scripts: it keeps cookies, reads forms and sends them as they stand."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp

from signoff.kernel.people import Actor

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
_WITHOUT_END = frozenset({"input", "img", "br", "meta", "link", "hr"})


@dataclass
class Form:
    """A form of a page: where it is sent, and what its fields hold."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next((value for each, value in self.fields if each == name), "")


class _Reader(HTMLParser):
    """Collects visible text, forms, links and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._textarea: str | None = None
        self._option = False
        """An option is open whose value is its text."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in given.items()]
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        if self._form is not None:
            self._read_field(tag, given)

    def _read_field(self, tag: str, given: Mapping[str, str]) -> None:
        assert self._form is not None
        name = given.get("name", "")
        is_box = given.get("type") in {"checkbox", "radio"}
        if tag == "input" and name and (not is_box or "checked" in given) and given.get("type") != "file":
            self._form.fields.append((name, given.get("value", "on" if is_box else "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._form.fields.append((self._select, given.get("value", "")))
            self._option = "value" not in given
        elif tag == "textarea":
            self._textarea = name
            self._form.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "option":
            self._option = False
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if (self._textarea or self._option) and self._form:
            name, value = self._form.fields[-1]
            self._form.fields[-1] = (name, value + data)


@dataclass
class Page:
    """An answer, read to its end."""

    status: int
    path: str
    headers: Mapping[str, str]
    body: bytes
    _reader: _Reader | None = None

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def reader(self) -> _Reader:
        if self._reader is None:
            self._reader = _Reader()
            self._reader.feed(self.html)
        return self._reader

    @property
    def text(self) -> str:
        """What can be read, in one line."""
        return " ".join(" ".join(self.reader.texts).split())

    @property
    def links(self) -> list[str]:
        return self.reader.links

    def form(self, action: str) -> Form:
        """The form that is sent to an address."""
        return next(form for form in self.reader.forms if form.action == action)

    def has_form(self, action: str) -> bool:
        return any(form.action == action for form in self.reader.forms)


class Visitor:
    """Somebody with a browser. Redirects are followed, as browsers do."""

    actor: Actor

    def __init__(self, http: aiohttp.ClientSession, site: str) -> None:
        self.http = http
        self.site = site
        self.page = Page(0, "", {}, b"")

    async def get(self, path: str, **headers: str) -> Page:
        async with self.http.get(self.site + path, headers=headers) as answer:
            self.page = await _read(answer)
        return self.page

    async def send(self, action: str, /, *pressed: tuple[str, str], **changed: str) -> Page:
        """Fill in the form of the present page that goes to `action`, and send it.

        `pressed` are boxes that are ticked and the button that sends it.
        """
        form = self.page.form(action)
        fields = [(name, value) for name, value in form.fields if name not in changed]
        return await self.post(action, [*fields, *changed.items(), *pressed])

    async def post(self, action: str, fields: Iterable[tuple[str, str]], **headers: str) -> Page:
        async with self.http.post(
            self.site + action, data=aiohttp.FormData(list(fields)), headers=OWN_PAGE | headers
        ) as answer:
            self.page = await _read(answer)
        return self.page

    async def upload(self, action: str, content: bytes, filename: str = "a.png", **fields: str) -> Page:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field("upload", io.BytesIO(content), filename=filename, content_type="image/png")
        async with self.http.post(self.site + action, data=form, headers=OWN_PAGE) as answer:
            self.page = await _read(answer)
        return self.page

    @property
    def csrf(self) -> str:
        return next(value for form in self.page.reader.forms for name, value in form.fields if name == "csrf")


async def _read(answer: Any) -> Page:
    return Page(answer.status, answer.url.path_qs, answer.headers, await answer.read())
