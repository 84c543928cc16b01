"""A drawn face that the detector finds, so that tests need no picture of a person."""

from PIL import Image, ImageDraw, ImageFilter

_DRAWN = 400  # pixels; smaller faces are scaled down
_SKIN, _SHADE, _HAIR = (224, 184, 158), (196, 150, 124), (62, 44, 34)


def drawn_face(side: int) -> Image.Image:
    """Draw a face of eyes, brows, nose and mouth under hair, `side` pixels wide and high."""
    face = Image.new("RGB", (_DRAWN, _DRAWN), (150, 160, 150))
    draw = ImageDraw.Draw(face)
    draw.ellipse((60, 5, 340, 330), fill=_HAIR)
    draw.rectangle((150, 330, 250, 400), fill=_SHADE)
    draw.ellipse((90, 40, 310, 380), fill=_SKIN)
    draw.chord((85, 10, 315, 210), 180, 360, fill=_HAIR)
    for left in (120, 220):
        draw.arc((left, 140, left + 60, 180), 200, 340, fill=_HAIR, width=9)
        draw.ellipse((left + 4, 168, left + 56, 196), fill=(245, 242, 238))
        draw.ellipse((left + 18, 167, left + 44, 197), fill=(70, 90, 80))
        draw.ellipse((left + 25, 175, left + 37, 189), fill=(15, 15, 15))
    draw.line((200, 190, 190, 255), fill=_SHADE, width=8)
    draw.arc((175, 235, 225, 268), 20, 160, fill=(150, 100, 84), width=7)
    draw.chord((150, 285, 250, 335), 0, 180, fill=(176, 70, 70))
    draw.line((150, 309, 250, 309), fill=(120, 40, 44), width=5)
    soft = face.filter(ImageFilter.GaussianBlur(4))
    return soft.resize((side, side), Image.Resampling.LANCZOS)
