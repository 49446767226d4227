"""What a problem says about the fields of a form."""

from __future__ import annotations

from signoff.kernel.errors import Problem


def field_errors(problem: Problem | None) -> dict[str, str]:
    """Give the messages by field; empty where the problem isn't about fields."""
    if problem is None:
        return {}
    return {str(each["field"]): str(each["message"]) for each in problem.extra.get("errors", [])}
