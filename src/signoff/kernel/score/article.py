"""The parts of the checklist that only pages and articles have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from signoff.kernel.score.document import Block, Document, Kind
from signoff.kernel.score.findings import Measured, Part, Term, clamp, put_together
from signoff.kernel.score.language import Language, words_of
from signoff.kernel.score.parts import LONG_SENTENCE, Text


def structure(text: Text) -> Measured:
    """Headings, questions with short answers, passages that can be quoted alone, a list or table."""
    blocks = text.document.blocks
    prose = text.document.text_blocks
    prose_words = sum(len(block.words) for block in prose)
    quotable = sum(len(block.words) for block in prose if _is_quotable(block, text.language))
    loose = next((block.text for block in prose if not _is_quotable(block, text.language)), "")
    rich = any(
        (block.kind is Kind.LIST and block.parts >= 3) or (block.kind is Kind.TABLE and block.parts >= 6)  # noqa: PLR2004 - aeo-1
        for block in blocks
    )
    return put_together(
        Part.STRUCTURE,
        Term(
            0.25,
            _headings(text.document),
            "Headings are too rare or too dense.",
            "Put one about every 150 words.",
        ),
        Term(
            0.30,
            clamp(sum(_questions(blocks, text.language)) / 2),
            "Fewer than two questions with a short answer below.",
            "Make headings of what people ask, and answer each in 15 to 80 words.",
        ),
        Term(
            0.30,
            quotable / prose_words if prose_words else 0.0,
            "Passages that can't be quoted alone.",
            "Keep paragraphs between 25 and 120 words, and begin them with what they are about.",
            loose,
        ),
        Term(0.15, float(rich), "No list and no table.", "Put prices or hours into a list or a table."),
    )


def _headings(document: Document) -> float:
    words = len(document.words)
    if words < 150:  # noqa: PLR2004 - aeo-1
        return 1.0
    density = words / (sum(block.kind is Kind.HEADING for block in document.blocks) + 1)
    if density > 250:  # noqa: PLR2004 - aeo-1
        return clamp((600 - density) / 350)
    return clamp((density - 20) / 40)


def _questions(blocks: Sequence[Block], language: Language) -> Iterator[bool]:
    for heading, below in pairwise(blocks):
        if heading.kind is not Kind.HEADING or below.kind is not Kind.PARAGRAPH:
            continue
        first = (heading.words or [""])[0].lower()
        asks = heading.text.rstrip().endswith("?") or first in language.asking
        yield asks and 15 <= len(below.words) <= 80  # noqa: PLR2004 - aeo-1


def _is_quotable(block: Block, language: Language) -> bool:
    first = (block.words or [""])[0].lower()
    return 25 <= len(block.words) <= 120 and first not in language.pointing  # noqa: PLR2004 - aeo-1


_LONG_WORD: Final = 6
_TITLE_CHARS: Final = 60
_DESCRIPTION_CHARS: Final = (50, 160)


def readability(text: Text) -> Measured:
    """LIX: long sentences and long words."""
    words, sentences = text.document.words, text.document.sentences
    if not words:
        return put_together(Part.READABILITY, Term(1, 0.0, "There is no text.", "Write one."))
    mean = len(words) / max(1, len(sentences))
    lix = mean + 100 * sum(len(word) > _LONG_WORD for word in words) / len(words)
    longest = max(sentences, key=lambda sentence: len(words_of(sentence)), default="")
    reached = clamp((65 - lix) / 20) * (0.5 if mean > LONG_SENTENCE else 1.0)
    return put_together(
        Part.READABILITY, Term(1, reached, "Hard to read.", "Shorten the longest sentences.", longest)
    )


def machine(text: Text) -> Measured:
    """What programs read: lengths of title and description, descriptions of pictures."""
    title, description = text.document.title, text.description
    shortest, longest = _DESCRIPTION_CHARS
    return put_together(
        Part.MACHINE,
        Term(
            1,
            float(0 < len(title) <= _TITLE_CHARS),
            "The title is empty or long.",
            "Keep it within 60 characters.",
            title,
        ),
        Term(
            1,
            float(shortest <= len(description) <= longest) if description else None,
            "The description should have 50 to 160 characters."
            if description
            else "There is no description.",
            "Shorten or lengthen it.",
            description,
        ),
        Term(
            1,
            float(all(text.alts)) if text.alts else None,
            "A picture has no description." if text.alts else "There is no picture.",
            "Say what can be seen.",
        ),
        Term(1, None, "Structured data is made when the page is exported."),
    )
