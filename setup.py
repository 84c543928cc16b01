"""What is installed: the packages, and inside `styleweb` the folders that lie beside it here.

All the rest stands in pyproject.toml, which cannot both find packages and map folders. The names
begin with an underscore, so that Django's loaders of apps do not find the folders a second time.
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
        "styleweb._templates": ["**/*.html"],
        "styleweb._static": ["**/*"],
        "styleweb._locale": ["**/*.mo"],
        "style_transfer": ["weights/*"],
        "library": ["shipped/*", "masterworks/*"],
    },
    include_package_data=False,
)
