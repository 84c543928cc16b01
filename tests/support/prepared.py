"""The data of a first start of the site, which other sites of tests begin with."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.sites import EmbeddedSite

# What a start would make again. The secret key and the sockets are of one site.
FILES = ("db.sqlite3", "db.sqlite3-wal", "static.stamp")
LEAST_SHIPPED = 27
# Each photo in the studio is tried in all styles of the site, so a few keep the tests short. The
# last two have a code and no picture.
STYLES = ("woodcut", "mosaic", "linocut", "ink-wash", "watercolor", "the-scream", "the-great-wave")
# Their files are replaced or removed, but never written again. So sites can share them.
FOLDERS = ("media", "static")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a site that was started once. All processes of a run share it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, draft = shared / "prepared-site", shared / "prepared-site.draft"
    with (shared / "prepared-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            with EmbeddedSite(draft) as site:
                shipped = site.call("withdraw_other_styles", kept=STYLES)
                assert len(shipped) >= LEAST_SHIPPED
            draft.rename(folder)
    return folder


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Callable[[str], Path]:
    """Return a function that makes a data folder in the state after a first start."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        for file in FILES:
            if (prepared / file).exists():
                shutil.copy2(prepared / file, folder)
        for each in FOLDERS:
            shutil.copytree(prepared / each, folder / each, copy_function=os.link)
        return folder

    return make
