"""Compute the perceptual hash of the styles that the library has already."""

from typing import Any

from django.core.files.storage import default_storage
from django.db import migrations
from PIL import Image

from style_transfer.core.embedding_header import artwork_in


def compute(apps: Any, schema_editor: Any) -> None:
    """Read the thumbnail of each artwork, or the header of its style code."""
    styles = apps.get_model("library", "Style").objects.using(schema_editor.connection.alias)
    for style in styles.filter(perceptual_hash="").iterator():
        if found := _hash_of(style):
            styles.filter(pk=style.pk).update(perceptual_hash=found)


def _hash_of(style: Any) -> str:
    """Return the hash; empty if the style has no file, or the file is lost or damaged."""
    from style_transfer.imaging.perceptual_hash import perceptual_hash

    try:
        if style.image:
            with default_storage.open(style.thumb.name) as file, Image.open(file) as picture:
                return perceptual_hash(picture)
        if style.code:
            with default_storage.open(style.code.name) as file:
                return artwork_in(file.read())
    except (OSError, ValueError):
        pass
    return ""


class Migration(migrations.Migration):
    dependencies = [("library", "0006_own_styles")]

    operations = [migrations.RunPython(compute, migrations.RunPython.noop)]
