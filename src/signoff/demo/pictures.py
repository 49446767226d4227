"""The pictures of the sample posts, drawn here when they are needed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image

from signoff.demo.canvas import Canvas, Colour, between, curve


def _loaf() -> Canvas:
    canvas = Canvas((250, 226, 190), (238, 190, 140))
    canvas.glow(260, 220, 260, (255, 246, 224), 210)
    canvas.bar((0, 690, 1000, 1000), (150, 98, 62))
    for y in (750, 830, 920):
        canvas.bar((0, y, 1000, y + 4), (128, 80, 50))
    canvas.bar((120, 640, 880, 760), (196, 141, 92), 40)
    canvas.bar((120, 720, 880, 760), (168, 114, 70), 20)
    canvas.glow(520, 690, 330, (96, 56, 30), 110)
    canvas.oval(500, 520, 320, 215, (104, 58, 28))
    canvas.oval(490, 500, 305, 195, (150, 88, 42))
    canvas.oval(470, 470, 250, 140, (181, 112, 58))
    for x in (330, 430, 530, 630):
        slit = [
            *curve((x - 30, 590), (x + 10, 480), (x + 80, 380)),
            *curve((x + 80, 380), (x + 46, 500), (x - 30, 590)),
        ]
        canvas.shape(slit, (246, 214, 160))
    grains = random.Random(7)  # noqa: S311 - flour, not secrets
    for _ in range(260):
        canvas.oval(grains.gauss(470, 110), grains.gauss(440, 52), 2.4, 2.4, (255, 244, 222), 130)
    return canvas


def _knots() -> Canvas:
    canvas = Canvas((66, 84, 92), (44, 58, 66))
    canvas.bar((70, 70, 930, 930), (148, 156, 158), 46)
    canvas.bar((92, 92, 908, 908), (186, 193, 194), 34)
    crumbs = random.Random(3)  # noqa: S311 - pistachios, not secrets
    for row in range(3):
        for column in range(3):
            x, y = 230 + column * 270, 230 + row * 270
            canvas.glow(x + 12, y + 18, 112, (92, 98, 100), 190)
            canvas.oval(x, y, 108, 104, (176, 106, 42))
            for turn, radius in enumerate((96, 70, 44, 20)):
                shade = between((214, 146, 66), (238, 184, 104), turn / 3)
                canvas.oval(x + turn * 3, y - turn * 3, radius, radius * 0.94, shade)
                box = (x - radius, y - radius, x + radius, y + radius)
                canvas.arc(box, 30 + turn * 80, 230 + turn * 80, (160, 92, 34), 9)
            for _ in range(26):
                angle, far = crumbs.uniform(0, math.tau), crumbs.uniform(0, 82)
                green = crumbs.choice(((126, 156, 70), (164, 188, 96), (98, 128, 52)))
                canvas.oval(x + far * math.cos(angle), y + far * math.sin(angle), 6, 4.5, green)
    return canvas


def _wheel_at(canvas: Canvas, x: float, y: float, radius: float, width: float, *, spokes: int = 16) -> None:
    for number in range(spokes):
        angle = math.tau * number / spokes
        end = (x + radius * math.cos(angle), y + radius * math.sin(angle))
        canvas.line([(x, y), end], (176, 182, 186), max(1.6, width / 9))
    canvas.ring(x, y, radius + width, (34, 38, 44), width)
    canvas.ring(x, y, radius, (196, 202, 206), width / 3)
    canvas.oval(x, y, width * 0.9, width * 0.9, (188, 146, 72))


def _harbour() -> Canvas:
    canvas = Canvas((253, 186, 116), (250, 226, 190))
    canvas.glow(690, 430, 300, (255, 240, 200), 220)
    canvas.oval(690, 450, 92, 92, (255, 247, 224))
    hill = [(0, 520), (160, 440), (330, 500), (520, 430), (720, 500), (1000, 450), (1000, 620), (0, 620)]
    canvas.shape(hill, (148, 118, 132))
    canvas.bar((0, 560, 1000, 800), (74, 116, 138))
    for number in range(14):
        y = 572 + number * 15
        wide = 190 - number * 9
        canvas.bar((690 - wide / 2, y, 690 + wide / 2, y + 6), (255, 226, 176), 3, 150)
    canvas.shape([(110, 590), (250, 590), (226, 634), (136, 634)], (62, 58, 70))
    canvas.shape([(180, 440), (180, 580), (262, 580)], (250, 240, 226))
    canvas.bar((0, 780, 1000, 1000), (96, 84, 84))
    canvas.bar((0, 780, 1000, 792), (126, 112, 108))
    for x in range(60, 1000, 180):
        canvas.bar((x, 610, x + 14, 800), (48, 54, 62), 6)
    canvas.bar((0, 610, 1000, 624), (48, 54, 62), 6)
    canvas.glow(480, 905, 300, (50, 42, 44), 120)
    _bicycle(canvas)
    return canvas


def _bicycle(canvas: Canvas) -> None:
    red = (196, 62, 48)
    for x in (290, 690):
        _wheel_at(canvas, x, 770, 122, 15)
    pedals, saddle, head = (460, 772), (402, 576), (632, 572)
    for one, other in (
        ((290, 770), pedals), ((290, 770), saddle), (pedals, saddle), (pedals, (640, 600)),
        (saddle, head), ((620, 520), (690, 770)),
    ):  # fmt: skip
        canvas.line([one, other], red, 15)
    canvas.ring(pedals[0], pedals[1], 36, (60, 64, 70), 9)
    canvas.line([pedals, (500, 816)], (40, 44, 50), 9)
    canvas.bar((352, 540, 452, 566), (60, 42, 34), 13)
    canvas.line([(620, 522), (604, 490), (548, 486)], (40, 44, 50), 12)
    canvas.bar((700, 560, 800, 634), (188, 140, 88), 10)
    for y in (580, 600, 618):
        canvas.bar((700, y, 800, y + 4), (150, 106, 62))


def _wheel() -> Canvas:
    canvas = Canvas((52, 70, 74), (30, 40, 46))
    canvas.glow(280, 240, 420, (104, 140, 138), 150)
    _wheel_at(canvas, 560, 560, 430, 46, spokes=36)
    canvas.oval(560, 560, 74, 74, (150, 108, 44))
    canvas.oval(552, 552, 60, 60, (206, 164, 84))
    canvas.oval(560, 560, 24, 24, (70, 54, 30))
    for number in range(18):
        angle = math.tau * number / 18
        canvas.oval(560 + 50 * math.cos(angle), 560 + 50 * math.sin(angle), 5, 5, (88, 64, 28))
    canvas.line([(560, 560), (120, -20)], (170, 54, 46), 44)
    canvas.line([(552, 548), (112, -32)], (206, 84, 70), 12)
    return canvas


def _coast() -> Canvas:
    canvas = Canvas((112, 168, 196), (252, 214, 170))
    canvas.glow(300, 400, 280, (255, 236, 190), 230)
    canvas.oval(300, 410, 66, 66, (255, 246, 216))
    canvas.bar((0, 470, 1000, 1000), (58, 112, 134))
    for number in range(16):
        y = 484 + number * 16
        canvas.bar((300 - 120 + number * 5, y, 300 + 120 - number * 5, y + 5), (255, 232, 186), 2, 140)
    canvas.shape([(1000, 380), (760, 440), (600, 500), (720, 520), (1000, 520)], (92, 110, 112))
    canvas.shape([(1000, 480), (640, 560), (380, 720), (120, 1000), (1000, 1000)], (104, 132, 84))
    road = [*curve((900, 520), (520, 640), (620, 1000)), *curve((900, 1000), (640, 680), (912, 520))]
    canvas.shape(road, (86, 86, 92))
    for number in range(6):
        t = 0.15 + number * 0.14
        x = 906 - 330 * t + 180 * t * t
        far = 522 + 478 * t * t
        canvas.bar((x - 4 - 6 * t, far, x + 4 + 6 * t, far + 10 + 34 * t), (246, 238, 214), 3)
    return canvas


def _flower(canvas: Canvas, x: float, y: float, size: float, petal: Colour, *, petals: int = 8) -> None:
    dark = between(petal, (40, 10, 30), 0.25)
    for layer, colour in ((1.0, dark), (0.8, petal)):
        for number in range(petals):
            angle = math.tau * (number + layer) / petals
            far = size * 0.55 * layer
            canvas.oval(
                x + far * math.cos(angle), y + far * math.sin(angle), size * 0.36, size * 0.36, colour
            )
    canvas.oval(x, y, size * 0.28, size * 0.28, (246, 200, 84))
    canvas.oval(x - size * 0.05, y - size * 0.05, size * 0.16, size * 0.16, (255, 226, 140))


_BLOSSOMS: Final = (
    (350, 350, 96, (226, 112, 146)), (520, 270, 116, (240, 150, 120)), (670, 360, 100, (216, 92, 132)),
    (440, 450, 92, (248, 208, 110)), (590, 460, 104, (236, 130, 160)), (310, 480, 70, (250, 226, 150)),
    (720, 490, 76, (246, 180, 120)),
)  # fmt: skip


def _vase() -> Canvas:
    canvas = Canvas((222, 234, 226), (244, 238, 222))
    canvas.bar((560, 60, 940, 700), (250, 252, 248), 12)
    canvas.bar((742, 60, 758, 700), (206, 214, 208))
    canvas.bar((560, 372, 940, 388), (206, 214, 208))
    canvas.bar((0, 800, 1000, 1000), (198, 160, 124))
    canvas.bar((0, 800, 1000, 816), (222, 186, 150))
    canvas.glow(560, 890, 220, (120, 84, 60), 130)
    for x, y, _, _ in _BLOSSOMS:
        canvas.line(curve((510, 720), (500, 560), (x, y)), (86, 128, 84), 12)
    for x, y in ((250, 400), (780, 400), (620, 200), (420, 190)):
        canvas.line(curve((510, 700), (500, 520), (x, y)), (110, 150, 98), 9)
        canvas.oval(x, y, 40, 22, (122, 164, 108))
    canvas.oval(510, 760, 150, 140, (70, 118, 132))
    canvas.bar((440, 590, 580, 690), (70, 118, 132), 20)
    canvas.oval(470, 730, 50, 80, (112, 160, 170), 150)
    for x, y, size, petal in _BLOSSOMS:
        _flower(canvas, x, y, size, petal)
    return canvas


def _wreath() -> Canvas:
    canvas = Canvas((240, 232, 222), (226, 212, 198))
    canvas.glow(520, 530, 420, (176, 156, 138), 90)
    leaves = random.Random(11)  # noqa: S311 - leaves, not secrets
    for _ in range(420):
        angle, far = leaves.uniform(0, math.tau), leaves.gauss(310, 38)
        x, y = 500 + far * math.cos(angle), 500 + far * math.sin(angle)
        lean = angle + leaves.uniform(0.6, 1.9)
        long = leaves.uniform(44, 70)
        tip = (x + long * math.cos(lean), y + long * math.sin(lean))
        side = (math.cos(lean + 1.57) * 16, math.sin(lean + 1.57) * 16)
        middle = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        green = leaves.choice(((74, 106, 84), (98, 132, 100), (122, 152, 122), (60, 90, 74)))
        canvas.shape(
            [
                (x, y),
                (middle[0] + side[0], middle[1] + side[1]),
                tip,
                (middle[0] - side[0], middle[1] - side[1]),
            ],
            green,
        )
    for number in range(15):
        angle = math.tau * number / 15 + leaves.uniform(-0.12, 0.12)
        x, y = 500 + 312 * math.cos(angle), 500 + 312 * math.sin(angle)
        if number % 3 == 0:
            _flower(canvas, x, y, 56, (250, 244, 236), petals=6)
        else:
            canvas.oval(x, y, 17, 17, (176, 44, 48))
            canvas.oval(x - 5, y - 5, 6, 6, (224, 108, 104))
    return canvas


def _counter() -> Canvas:
    canvas = Canvas((74, 62, 58), (96, 78, 70))
    for y in (330, 470, 610):
        canvas.bar((90, y, 910, y + 16), (170, 124, 84), 6)
    bread = random.Random(5)  # noqa: S311 - loaves, not secrets
    for shelf in (330, 470, 610):
        x: float = 130
        while x < 850:  # noqa: PLR2004 - the shelf's end
            wide = bread.uniform(34, 62)
            crust = bread.choice(((176, 108, 54), (204, 142, 80), (142, 84, 44)))
            canvas.oval(x + wide, shelf - 30, wide, 38, crust)
            canvas.arc((x + wide * 0.4, shelf - 60, x + wide * 1.6, shelf), 200, 320, (244, 214, 164), 5)
            x += wide * 2 + 14
    canvas.bar((40, 700, 960, 1000), (214, 176, 132), 14)
    canvas.bar((40, 700, 960, 736), (240, 212, 172), 12)
    for x in range(80, 920, 120):
        canvas.bar((x, 770, x + 92, 960), (196, 154, 108), 10)
    for number in range(10):
        fill = (188, 62, 50) if number % 2 else (250, 240, 224)
        canvas.bar((number * 100, 0, number * 100 + 100, 160), fill)
        canvas.oval(number * 100 + 50, 160, 50, 40, fill)
    for x in (260, 740):
        canvas.line([(x, 190), (x, 236)], (40, 34, 32), 5)
        canvas.glow(x, 262, 110, (255, 220, 150), 120)
        canvas.oval(x, 258, 26, 26, (255, 236, 188))
    return canvas


_SCENES: Final[Mapping[str, Callable[[], Canvas]]] = {
    "coast": _coast,
    "counter": _counter,
    "harbour": _harbour,
    "knots": _knots,
    "loaf": _loaf,
    "vase": _vase,
    "wheel": _wheel,
    "wreath": _wreath,
}


def draw(name: str) -> Image.Image:
    """Draw a picture by its name: a square, the same each time."""
    return _SCENES[name]().finished()
