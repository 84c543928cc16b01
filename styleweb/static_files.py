"""Collected static files: hashed, compressed, and with one style sheet instead of many.

Over HTTP/1.1 a browser loads six files at once, and paints nothing before it has all style sheets.
The sources stay apart. Where they are served as they are, the browser follows their imports.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management import CommandError
from servestatic.storage import CompressedManifestStaticFilesStorage

# Style sheets that only import others.
BUNDLES: Final = ("css/site.css", "css/studio-page.css")


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Put what the style sheets of BUNDLES import in their place, before the files are hashed."""

    def post_process(
        self,
        paths: dict[str, Any],
        dry_run: bool = False,  # noqa: FBT001, FBT002
        **options: Any,
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Yield what Django does for each of `paths`: its name, its hashed name, if it changed.

        Raises CommandError if the bundler is not installed.
        """
        if not dry_run:
            bundle_css = _bundler()
            for name in [each for each in BUNDLES if each in paths]:
                # A collected file can be the bundle of an earlier run.
                storage, source = paths[name]
                bundle = bundle_css(storage.path(source), minify=True)
                Path(self.path(name)).write_text(bundle, "utf-8")
                # Django hashes what it finds here, which was the source.
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run=dry_run, **options)


def _bundler() -> Callable[..., str]:
    # Every process of the site imports this module, and only one that collects needs the package.
    try:
        from lightningcss import bundle_css
    except ImportError as error:
        raise CommandError(
            "The style sheets cannot be bundled, because the package lightningcss is not installed."
            " Install it with: pip install . -c constraints.txt"
        ) from error
    return bundle_css
