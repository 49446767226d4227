"""What the agency wrote for its three brands, and what became of it. Texts and people are made up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from signoff.records.states import ContentType


class Ending(StrEnum):
    """How far a post got."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REVISED = "revised"
    """In review for the second time."""
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken_down"
    BY_HAND = "by_hand"
    """To be taken down by a person."""
    DUE_BY_HAND = "due_by_hand"
    """To be published by a person."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Story:
    """One post. `day` and `clock` are the brand's: when it is due, or for others when it was written."""

    brand: str
    channels: str
    ending: Ending
    day: int
    clock: str
    title: str
    body: str
    picture: str = ""
    alt: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()
    comment: str = ""
    """What the reviewer or publisher said."""
    rewritten: str = ""
    """The text after the changes that were asked for."""
    content_type: ContentType = ContentType.FEED_POST


STORIES: Final = (
    # ------------------------------------------------------------------ out
    Story(
        "bakery", "instagram facebook html", Ending.PUBLISHED, -8, "07:45",
        "The first rye of autumn",
        "The new rye flour came in from Fife on Monday, and the first loaves are on the shelf. Dark crust, a "
        "little malt, and it keeps until Thursday if you let it.\n\n#Leith #RealBread",
        "loaf", "A dark round rye loaf with a scored crust on a wooden board",
        tags=("bread", "autumn"),
    ),
    Story(
        "cycles", "instagram facebook", Ending.PUBLISHED, -6, "12:30",
        "Free light check before the clocks change",
        "Evenings are getting shorter. Bring your bike in this week and we check lamps, batteries and "
        "reflectors for free. It takes ten minutes, and there is coffee.\n\n#Galway #CycleSafe",
        "harbour", "A bicycle leaning against a railing in front of the harbour at dusk",
        tags=("safety",),
    ),
    Story(
        "flowers", "facebook html", Ending.PUBLISHED, -5, "09:00",
        "What is in season at the market this week",
        "Ranunculus, sweet peas and the first peonies, all from growers less than an hour away. We open on "
        "Wednesday at eight; the peonies rarely see ten.",
        "vase", "A round vase with pink and yellow flowers on a windowsill",
        tags=("season",),
    ),
    Story(
        "bakery", "facebook", Ending.PUBLISHED, -3, "16:00",
        "Closed on Monday for the oven",
        "Our oven is thirty years old on Monday and gets a day off, with a visit from its doctor. We are "
        "back on Tuesday at half past seven with everything you are used to.",
        tags=("opening-hours",),
    ),
    Story(
        "cycles", "html", Ending.PUBLISHED, -2, "10:00",
        "How often should a chain be replaced?",
        "## How do I know that a chain is worn?\n\nA chain doesn't get longer because its links stretch; its "
        "pins wear. A gauge tells in seconds: beyond 0.75 % it takes the cassette with it.\n\n"
        "## How long does one last?\n\nBetween 2,000 and 4,000 kilometres on wet roads. Wiping it after a "
        "ride does more for it than any oil.\n\n"
        "## What does a change cost?\n\nFrom 35 euro with the chain, while you wait.",
        content_type=ContentType.FAQ_PAGE,
        tags=("workshop", "questions"),
    ),
    Story(
        "bakery", "instagram", Ending.PUBLISHED, -1, "08:15",
        "Cardamom knots, three mornings only",
        "Thursday to Saturday, from eight, until the tray is empty. Pistachio on top: Elin insisted.\n\n"
        "#CardamomKnots #Leith",
        "knots", "A tray of golden cardamom knots sprinkled with green pistachio",
        tags=("pastry",),
    ),
    Story(
        "flowers", "facebook", Ending.TAKEN_DOWN, -4, "10:30",
        "Twenty per cent off all dried wreaths",
        "This weekend only: twenty per cent off every dried wreath in the shop.",
        comment="The offer was meant for members only.",
        tags=("offer",),
    ),
    Story(
        "cycles", "instagram", Ending.BY_HAND, -4, "18:00",
        "Saturday's ride to Spiddal",
        "Forty kilometres along the coast, one puncture, two seals, and soup at the end. Next one in two "
        "weeks.",
        "coast", "A road along the coast with the sun low over the sea",
        comment="A rider asked not to be named in the comments; we take it down.",
        tags=("rides",),
    ),
    # ------------------------------------------------------------------ needs somebody
    Story(
        "flowers", "facebook", Ending.UNKNOWN, -2, "08:30",
        "Wreath evening on the twelfth",
        "Two hours, one wreath, all the eucalyptus you can carry. Eight places, tea and something sparkling "
        "included. Write to us to keep one.",
        "wreath", "A wreath of green leaves with small red and white flowers",
        tags=("workshop",),
    ),
    Story(
        "bakery", "facebook", Ending.FAILED, -1, "17:30",
        "Order your Christmas stollen",
        "Two sizes, three weeks of rest, and enough butter. Orders are open until the first of December, at "
        "the counter or on our page.",
        link="https://northlight.example/stollen",
        tags=("christmas",),
    ),
    Story(
        "cycles", "instagram", Ending.PUBLISHING, 0, "00:00",
        "The Dawes from 1974 is ready",
        "Eleven evenings in the stand: new bearings, wheels trued by hand, and the paint left as its owner "
        "remembers it. Come and look before she picks it up on Friday.",
        "wheel", "The wheel of a bicycle from close up, with fine spokes and a brass hub",
        tags=("workshop",),
    ),
    Story(
        "cycles", "instagram", Ending.DUE_BY_HAND, -1, "12:15",
        "Which one would you ride to work?",
        "The blue one with the basket, the grey one with eight gears, or the one that folds? Vote until "
        "Friday; whoever guesses what our mechanics ride gets a free service.",
        "harbour", "A bicycle leaning against a railing in front of the harbour at dusk",
        tags=("vote",),
    ),
    # ------------------------------------------------------------------ planned
    Story(
        "bakery", "instagram facebook", Ending.SCHEDULED, 1, "08:00",
        "Sourdough class: four places left",
        "On Sunday afternoon Marta shows how a starter is kept alive through the winter. You go home with "
        "flour to your elbows and a jar of ours, which is nineteen years old.",
        "loaf", "A round loaf with a scored crust on a wooden board",
        tags=("classes",),
    ),
    Story(
        "flowers", "facebook", Ending.SCHEDULED, 2, "07:30",
        "Peonies, finally",
        "The first crates came in this morning. Three stems for yourself, or a bunch for somebody who had a "
        "long week.",
        "vase", "A round vase with pink and yellow flowers on a windowsill",
        tags=("season",),
    ),
    Story(
        "cycles", "facebook html", Ending.SCHEDULED, 4, "11:00",
        "Winter service: book now, ride in March",
        "Leave your bike with us in December and we keep it dry until you want it back. Full service, "
        "storage and new cables from 120 euro.",
        "harbour", "A bicycle leaning against a railing in front of the harbour at dusk",
        tags=("service",),
    ),
    Story(
        "bakery", "facebook", Ending.CANCELLED, 3, "09:00",
        "Late opening on Friday",
        "We stay open until eight on Friday, with pizza from the deck oven.",
        comment="The oven isn't back in time.",
        tags=("opening-hours",),
    ),
    # ------------------------------------------------------------------ approved, and waiting for a date
    Story(
        "bakery", "instagram facebook", Ending.APPROVED, -1, "11:20",
        "Meet the starter",
        "She was born in 2007 in a jam jar in Tromsø, has survived three ovens and one move over the North "
        "Sea, and eats twice a day. Her name is Solveig.",
        "knots", "A tray of golden cardamom knots sprinkled with green pistachio",
        tags=("people",),
    ),
    Story(
        "flowers", "html", Ending.APPROVED, -2, "14:00",
        "How to keep cut flowers for more than a week",
        "Cut the stems again, slantwise, as soon as you are home. Take off every leaf that would stand in "
        "the water. Change the water every second day, and keep the vase away from fruit: ripe apples make "
        "petals fall.\n\nA drop of bleach helps more than any sugar.",
        "vase", "A round vase with pink and yellow flowers on a windowsill",
        content_type=ContentType.BLOG_POST,
        tags=("advice",),
    ),
    # ------------------------------------------------------------------ in review
    Story(
        "bakery", "instagram facebook", Ending.IN_REVIEW, -1, "15:10",
        "Two new faces behind the counter",
        "Say hello to Jonas and Mairi. He knows every loaf by its weight, she remembers what you had last "
        "Saturday. Between them the queue moves a good deal faster.\n\n#Leith #TeamNorthlight",
        "counter", "A bakery counter with loaves on the shelves and a striped awning",
        tags=("people",),
    ),
    Story(
        "cycles", "instagram facebook", Ending.REVISED, -3, "09:30",
        "Kids' bikes: swap, don't buy",
        "Outgrown is not worn out. Bring the old one, take the next size, pay the difference. Best prices in "
        "town, guaranteed!",
        "wheel", "The wheel of a bicycle from close up, with fine spokes and a brass hub",
        comment="We can't promise the best prices in town. Say what it costs instead.",
        rewritten="Outgrown is not worn out. Bring the old one, take the next size, pay the difference: "
        "usually between 30 and 60 euro, helmet check included.",
        tags=("kids",),
    ),
    Story(
        "flowers", "facebook", Ending.IN_REVIEW, -1, "10:05",
        "We are looking for a Saturday hand",
        "Early start, cold water, good company. If you can tell a dahlia from a daisy and like people before "
        "coffee, come by and talk to Grace.",
        tags=("people",),
    ),
    # ------------------------------------------------------------------ with the author
    Story(
        "bakery", "instagram", Ending.CHANGES_REQUESTED, -1, "12:40",
        "The healthiest bread in Edinburgh",
        "Our spelt loaf lowers your cholesterol and tastes of hazelnuts.",
        "loaf", "A round loaf with a scored crust on a wooden board",
        comment="A claim about health needs proof, and we have none. The hazelnuts are fine.",
        tags=("bread",),
    ),
    Story(
        "cycles", "instagram facebook", Ending.DRAFT, -1, "17:25",
        "Which lock for which street?",
        "A lock buys time, nothing else. Here is how much, tried with our own grinder on four of them:",
        tags=("advice",),
    ),
    Story(
        "flowers", "facebook html", Ending.DRAFT, -1, "19:40",
        "Five flowers for people who travel",
        "Some flowers don't mind being forgotten for a weekend.",
        tags=("advice",),
    ),
    # ------------------------------------------------------------------ not pursued
    Story(
        "cycles", "facebook", Ending.SKIPPED, -4, "13:00",
        "Black Friday, everything must go",
        "Up to 50 % off!!! Only while stocks last!!!",
        comment="That isn't how they speak, and they have no stock to clear.",
        tags=("offer",),
    ),
    Story(
        "bakery", "facebook", Ending.ARCHIVED, -6, "09:15",
        "Bring your own bag",
        "Ten pence off for everybody who brings a bag.",
        comment="The client stopped the campaign.",
        tags=("offer",),
    ),
)  # fmt: skip
