"""Problems: each kind has its own type, and says who can do something about it."""

from __future__ import annotations

from collections.abc import Iterator

from signoff.kernel.errors import Invalid, Problem


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        if kind.__module__ == "signoff.kernel.errors":
            yield kind
            yield from kinds(kind)


def test_each_kind_has_a_type_a_title_and_a_status_of_its_caller_or_ours() -> None:
    types = [kind.type for kind in kinds()]
    assert len(types) == len(set(types)) > 10
    assert all(kind.title and kind.__doc__ for kind in kinds())
    assert all(400 <= kind.status < 600 and kind.status != 500 for kind in kinds())


def test_what_is_wrong_with_a_field_is_said_of_the_field() -> None:
    assert Invalid("Too long.", field="title").extra == {
        "errors": [{"field": "title", "message": "Too long."}]
    }


def test_several_wrong_fields_are_all_named() -> None:
    errors = [{"field": "title", "message": "Too long."}, {"field": "body", "message": "Empty."}]
    assert Invalid("Two things.", field="title", errors=errors).extra == {"errors": errors}
