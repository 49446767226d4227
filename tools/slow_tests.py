"""Name the tests that are too slow for `make check`, from what `pytest --durations=0 -vv` prints.

A test is too slow when one run of it takes longer than 0.4 s, or all its parameters together longer
than 1.5 s. `make slow-tests` writes tests/slow.txt with it.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

_LONGEST_S: Final = 0.4
_LONGEST_TOGETHER_S: Final = 1.5
_LINE: Final = re.compile(r"([\d.]+)s (?:setup|call|teardown) +(tests/\S+::.+)")


def slow_tests(report: Iterable[str]) -> Sequence[str]:
    """Give the ids of the slow tests, without parameters, in order."""
    runs: defaultdict[str, float] = defaultdict(float)
    for line in report:
        if found := _LINE.match(line):
            runs[found[2].strip()] += float(found[1])
    tests: defaultdict[str, list[float]] = defaultdict(list)
    for run, seconds in runs.items():
        tests[run.partition("[")[0]].append(seconds)
    return sorted(
        test
        for test, seconds in tests.items()
        if max(seconds) > _LONGEST_S or sum(seconds) > _LONGEST_TOGETHER_S
    )


def main() -> None:
    """Read the report from the standard input and print the list; nothing, where there is no report."""
    tests = slow_tests(sys.stdin)
    if not tests:
        raise SystemExit("That is no report of durations: pytest --durations=0 -vv prints one.")
    print("\n".join(tests))


if __name__ == "__main__":
    main()
