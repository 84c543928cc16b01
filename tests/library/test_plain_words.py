"""Licenses in sentences for people."""

import pytest

from library.licenses import LICENSES, LicenseId, allowed_outputs
from library.plain_words import license_meaning, license_name, outcome_sentence, terms


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        (
            ["CC0-1.0"],
            (
                "The picture is yours. You can publish it under any license, sell it or keep "
                "it private."
            ),
        ),
        (
            ["CC-BY-4.0"],
            "You can publish this under a license you choose. Credit is added automatically.",
        ),
        (
            ["CC-BY-SA-4.0", "CC0-1.0"],
            (
                "You can publish this under CC BY-SA 4.0, as the style requires. Credit is "
                "added automatically."
            ),
        ),
        (
            ["CC-BY-NC-4.0"],
            (
                "You can publish this under CC BY-NC 4.0, for non-commercial use. Credit is "
                "added automatically."
            ),
        ),
        (
            ["CC-BY-ND-4.0"],
            "For personal use only: the license of one of these styles does not allow adaptations.",
        ),
        (
            ["CC-BY-SA-4.0", "CC-BY-NC-4.0"],
            (
                "For personal use only: the licenses of these styles cannot be combined in a "
                "published picture."
            ),
        ),
    ],
)
def test_says_what_the_licenses_of_the_styles_allow(inputs: list[str], sentence: str) -> None:
    assert outcome_sentence(allowed_outputs(inputs)) == sentence


@pytest.mark.parametrize("license_id", list(LICENSES))
def test_has_a_meaning_for_every_license(license_id: str) -> None:
    assert license_meaning(license_id).endswith(".")


def test_has_no_meaning_for_no_license() -> None:
    assert license_meaning("") == ""


def test_uses_the_short_name_of_a_license() -> None:
    assert license_name("CC-BY-SA-4.0") == "CC BY-SA 4.0"


def test_names_an_unknown_license_by_its_id() -> None:
    assert license_name("LicenseRef-grant") == "LicenseRef-grant"


def test_allows_everything_for_cc0() -> None:
    assert all(allowed for allowed, _sentence in terms(LICENSES[LicenseId.CC0]))


def test_forbids_selling_with_a_non_commercial_license() -> None:
    allowed = {sentence: each for each, sentence in terms(LICENSES[LicenseId.BY_NC_SA])}
    assert not allowed["You cannot sell the result."]
    assert "You can sell the result." not in allowed
    assert allowed["You must publish the result under the same license."]
    assert "You can choose the license of the result." not in allowed
    assert allowed["You can publish the result."]
