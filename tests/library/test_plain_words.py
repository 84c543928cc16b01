"""Licenses in sentences for people."""

import pytest

from library.licenses import LICENSES, LicenseId, allowed_outputs
from library.plain_words import license_meaning, license_name, outcome_sentence, terms


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        (["CC0-1.0"], "The result is yours: publish it under any license, sell it, or keep it."),
        (["CC-BY-4.0"], "You may publish this under a license you choose; credit is added."),
        (
            ["CC-BY-SA-4.0", "CC0-1.0"],
            "You may publish this as CC BY-SA 4.0, as the style asks; credit is added.",
        ),
        (
            ["CC-BY-NC-4.0"],
            "You may publish this as CC BY-NC 4.0, not for sale; credit is added.",
        ),
        (
            ["CC-BY-ND-4.0"],
            "For you alone: one of these styles may not be published in changed form.",
        ),
        (
            ["CC-BY-SA-4.0", "CC-BY-NC-4.0"],
            "For you alone: the licenses of these styles cannot be joined in a published picture.",
        ),
    ],
)
def test_says_what_comes_of_the_styles(inputs: list[str], sentence: str) -> None:
    assert outcome_sentence(allowed_outputs(inputs)) == sentence


@pytest.mark.parametrize("license_id", list(LICENSES))
def test_means_something_for_every_license(license_id: str) -> None:
    assert license_meaning(license_id).endswith(".")


def test_has_no_meaning_for_no_license() -> None:
    assert license_meaning("") == ""


def test_names_a_license_as_people_do() -> None:
    assert license_name("CC-BY-SA-4.0") == "CC BY-SA 4.0"


def test_names_an_unknown_license_by_its_id() -> None:
    assert license_name("LicenseRef-grant") == "LicenseRef-grant"


def test_allows_everything_for_cc0() -> None:
    assert all(allowed for allowed, _sentence in terms(LICENSES[LicenseId.CC0]))


def test_forbids_selling_what_is_not_commercial() -> None:
    allowed = {sentence: each for each, sentence in terms(LICENSES[LicenseId.BY_NC_SA])}
    assert not allowed["You may sell what you make."]
    assert not allowed["You may choose the license of the result."]
    assert allowed["You may publish what you make."]
