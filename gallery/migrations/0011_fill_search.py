"""Compute the words and colors of the artworks that are there, and index the words."""

import base64
import io
from typing import Any

from django.db import migrations
from PIL import Image

from common.colors import color_names
from common.search import searchable
from common.trigrams import add_trigram_index, drop_trigram_index

INDEX = "artwork_search_trigrams"


def fill(apps: Any, schema_editor: Any) -> None:
    """Take the words from the texts, and the colors from the placeholder of a few pixels."""
    alias = schema_editor.connection.alias
    artworks = apps.get_model("gallery", "Artwork").objects.using(alias)
    parts = apps.get_model("gallery", "ArtworkStyle").objects.using(alias)
    for artwork in artworks.iterator(chunk_size=500):
        labels = parts.filter(artwork=artwork).values_list("style__title", "style__artist__name")
        texts = (artwork.title, artwork.alt_text, artwork.creator, *sum(labels, ()))
        artworks.filter(pk=artwork.pk).update(
            search_text=searchable(*texts), colors=colors_of(artwork.placeholder)
        )


def colors_of(placeholder: str) -> str:
    """Return the column of colors; empty for an artwork without a placeholder."""
    _head, _comma, data = placeholder.partition(",")
    try:
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            return f" {' '.join(color_names(image))} "
    except (ValueError, OSError):
        return ""


def add_index(apps: Any, schema_editor: Any) -> None:
    """Index the words, where the database can."""
    del apps
    add_trigram_index(schema_editor, table="gallery_artwork", column="search_text", name=INDEX)


def drop_index(apps: Any, schema_editor: Any) -> None:
    """Remove the index."""
    del apps
    drop_trigram_index(schema_editor, name=INDEX)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0010_search"), ("library", "0005_script_paths")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(add_index, drop_index),
    ]
