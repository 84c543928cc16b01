"""The rows of demonstration data, written in bulk; only for a site without real people."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from accounts.names import name_key, name_look
from common.search import folded, searchable
from gallery.models import Artwork, ArtworkStyle, ArtworkTag, Avatar, Gallery, GalleryItem, Like
from library.licenses import LicenseId
from library.models import Artist, Style
from styleweb.demo import words
from styleweb.demo.pictures import SharedPicture

PREFIX: Final = "demo-"
LICENSE: Final = LicenseId.CC0.value
BATCH: Final = 2_000
# One person has this share of the artworks, so that pages of one person can be long too.
OF_THE_FIRST: Final = 0.15
PUBLIC: Final = 0.9
ITEMS: Final = 20
FANS: Final = 40


@dataclass(frozen=True)
class Amounts:
    """How many rows of each kind."""

    people: int
    styles: int
    artworks: int
    galleries: int


@dataclass
class Filling:
    """One run: the rows so far, and the pictures that they share."""

    amounts: Amounts
    pictures: Sequence[SharedPicture]
    password: str = ""
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  # no secret
    people: list[User] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    _by_slug: dict[str, Style] = field(default_factory=dict)
    faces: dict[int, Artwork] = field(default_factory=dict)
    """A public artwork of each person, for the picture beside the name."""

    def __post_init__(self) -> None:
        self._next_picture = cycle(self.pictures)

    @transaction.atomic
    def fill(self) -> None:
        """Write all rows, or none."""
        self._add_people()
        self._add_styles()
        self.styles = list(Style.objects.published().select_related("artist"))
        self._by_slug = {style.slug: style for style in self.styles}
        for first in range(0, self.amounts.artworks, BATCH):
            self._add_artworks(min(BATCH, self.amounts.artworks - first))
        Avatar.objects.bulk_create(
            (Avatar(owner_id=owner, artwork=artwork) for owner, artwork in self.faces.items()),
            BATCH,
        )
        self._add_galleries()

    def _add_people(self) -> None:
        # Hashed once: nobody signs in as these people, unless the caller chose a password.
        secret = make_password(self.password or None)
        rows = []
        for number in range(self.amounts.people):
            username, name = f"{PREFIX}{number + 1}", words.full_name(self.rng)
            rows.append(
                User(
                    username=username,
                    username_key=name_key(username),
                    username_look=name_look(username),
                    email=f"{username}@example.invalid",
                    # Two people may not have names that look the same.
                    display_name=f"{name} {number + 1}" if number >= len(words.FIRST) else name,
                    about=f"Pictures of every {self.rng.choice(words.THINGS)}.",
                    password=secret,
                )
            )
        for row in rows:
            row.display_look = name_look(row.display_name)
            row.search_name = searchable(row.display_name, row.username)
        self.people = User.objects.bulk_create(rows, BATCH)

    def _add_styles(self) -> None:
        count = self.amounts.styles
        names = [f"Demo studio {number + 1}" for number in range(-(-count // 10))]
        artists = Artist.objects.bulk_create(Artist(name=name) for name in names)
        now = timezone.now()
        Style.objects.bulk_create(
            (self._style(number, artists[number // 10], now) for number in range(count)), BATCH
        )

    def _style(self, number: int, artist: Artist, now: Any) -> Style:
        picture = self.rng.choice(self.pictures)
        style = Style(
            slug=f"{PREFIX}style-{number + 1}",
            title=words.title(self.rng),
            artist=artist,
            state=Style.State.PUBLISHED,
            position=1_000,
            license=LICENSE,
            technique=self.rng.choice(words.TECHNIQUES),
            image_sha256=f"{number:064x}",
            thumb=picture.thumb,
            placeholder=picture.placeholder,
            published_at=now,
        )
        # Set as a name: otherwise the field would open the file for its size.
        style.__dict__["image"] = picture.file
        style.width, style.height = picture.width, picture.height
        return style

    def _add_artworks(self, count: int) -> None:
        artworks = [self._artwork() for _ in range(count)]
        parts, tags, likes = [], [], []
        for artwork in artworks:
            style = self._style_of(artwork)
            tag = self.rng.choice(words.TAGS)
            parts.append(ArtworkStyle(artwork=artwork, style=style, version=1, weight=1.0))
            tags.append(ArtworkTag(artwork=artwork, tag=tag, key=folded(tag)))
            labels = (style.title, style.artist.name)
            artwork.search_text = searchable(artwork.title, artwork.alt_text, tag, *labels)
            artwork.credit = f"“{style.title}” by {style.artist.name}, CC0 1.0"
            if artwork.is_public:
                likes += self._likes(artwork)
                self.faces.setdefault(artwork.owner_id, artwork)
        for rows in (artworks, parts, tags, likes):
            kind: type[models.Model] = type(rows[0]) if rows else Artwork
            kind._default_manager.bulk_create(rows, BATCH)  # noqa: SLF001  # public API of Django

    def _artwork(self) -> Artwork:
        picture, title = next(self._next_picture), words.title(self.rng)
        is_first = self.rng.random() < OF_THE_FIRST
        owner = self.people[0] if is_first else self.rng.choice(self.people)
        made = timezone.now() - timedelta(seconds=self.rng.uniform(60, 3e7))
        is_public = self.rng.random() < PUBLIC
        artwork = Artwork(
            owner=owner,
            title=title,
            alt_text=f"{title}, in soft colors",
            file=picture.file,
            preview=picture.preview,
            thumb=picture.thumb,
            before=picture.before,
            shows_before=bool(picture.before),
            placeholder=picture.placeholder,
            colors=picture.colors,
            width=picture.width,
            height=picture.height,
            bytes=picture.bytes,
            painting=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            recipe={"version": 1, "spec": {"method": "fast"}, "styles": []},
            created_at=made,
        )
        if picture.style:
            part = {"style": picture.style, "version": 1, "weight": 1.0}
            artwork.recipe["styles"] = [part]
        if is_public:
            artwork.visibility, artwork.license = Artwork.Visibility.PUBLIC, LICENSE
            artwork.published_at = made
        return artwork

    def _style_of(self, artwork: Artwork) -> Style:
        """Return the style that the picture was painted in, or any."""
        painted = artwork.recipe["styles"]
        named = self._by_slug.get(painted[0]["style"]) if painted else None
        return named or self.rng.choice(self.styles)

    def _likes(self, artwork: Artwork) -> list[Like]:
        """Return the likes of an artwork; most have none, a few have many."""
        fans = self.people[: min(FANS, len(self.people))]
        most = int(len(fans) * self.rng.random() ** 6)
        chosen = [each for each in self.rng.sample(fans, most) if each.pk != artwork.owner_id]
        artwork.like_count = len(chosen)
        return [Like(artwork=artwork, owner=each) for each in chosen]

    def _add_galleries(self) -> None:
        layouts = Gallery.Layout.values
        rows = []
        for number in range(self.amounts.galleries):
            title = words.title(self.rng)
            rows.append(
                Gallery(
                    owner=self.people[number % len(self.people)],
                    title=title,
                    slug=f"{folded(title).replace(' ', '-')}-{number + 1}",
                    layout=layouts[number % len(layouts)],
                    visibility=Gallery.Visibility.PUBLIC,
                    published_at=timezone.now() - timedelta(minutes=number),
                )
            )
        Gallery.objects.bulk_create(rows, BATCH)
        items: list[GalleryItem] = []
        for gallery in rows:
            own = Artwork.objects.filter(owner=gallery.owner_id).values_list("pk", flat=True)
            newest = list(own.order_by("-created_at")[: 3 * ITEMS])
            chosen = self.rng.sample(newest, min(ITEMS, len(newest)))
            items += [
                GalleryItem(gallery=gallery, artwork_id=pk, position=place)
                for place, pk in enumerate(chosen, 1)
            ]
        GalleryItem.objects.bulk_create(items, BATCH)
