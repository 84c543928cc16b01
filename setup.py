"""What is installed: the packages, and three folders that are put inside `styleweb`.

Everything else is in pyproject.toml, which cannot both find packages and map folders. The names of
the installed folders begin with an underscore, so that Django does not find them twice as folders
of an app.
"""

from setuptools import find_packages, setup

PACKAGES = ("styleweb", "gallery", "inference", "library", "accounts", "common", "style_transfer")
FOLDERS = ("templates", "static", "locale")

setup(
    packages=[
        *find_packages(include=[each for name in PACKAGES for each in (name, f"{name}.*")]),
        *(f"styleweb._{folder}" for folder in FOLDERS),
    ],
    package_dir={f"styleweb._{folder}": folder for folder in FOLDERS},
    package_data={
        "styleweb._templates": ["**/*.html", "**/*.txt"],
        "styleweb._static": ["**/*"],
        "styleweb._locale": ["**/*.mo"],
        "style_transfer": ["weights/*", "bench/faces.json"],
        "library": ["shipped/*", "masterworks/*"],
    },
    include_package_data=False,
)
