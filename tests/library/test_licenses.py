"""The rules that combine licenses, checked against the same rules in another form.

`licenses.py` starts from the conditions of the inputs. The chart here starts from each output: may
an adaptation of this work have this license?
"""

from itertools import combinations_with_replacement, permutations

import pytest

from library.licenses import (
    LICENSES,
    OWN_WORK,
    STYLE_LICENSES,
    UNKNOWN_RIGHTS,
    USABLE_IN_LIBRARY,
    LicenseId,
    allowed_outputs,
)

# The adapter's chart of Creative Commons: the licenses that an adaptation of each work may have.
CHART: dict[str, set[str]] = {
    "CC0-1.0": {
        *("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
        *("CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "all-rights-reserved"),
    },
    "CC-BY-4.0": {
        *("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
        *("CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "all-rights-reserved"),
    },
    "CC-BY-SA-4.0": {"CC-BY-SA-4.0"},
    "CC-BY-NC-4.0": {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"},
    "CC-BY-NC-SA-4.0": {"CC-BY-NC-SA-4.0"},
    "CC-BY-ND-4.0": set(),
    "CC-BY-NC-ND-4.0": set(),
    "all-rights-reserved": set(),
}
CHART["CC-PDM-1.0"] = CHART["CC0-1.0"]
CREDIT_NEEDED = {name for name in CHART if "BY" in name} | {"all-rights-reserved"}
PAIRS: list[tuple[str, ...]] = [*combinations_with_replacement(sorted(CHART), 2)]
TRIPLES: list[tuple[str, ...]] = [*combinations_with_replacement(sorted(CHART), 3)]


def expected(works: tuple[str, ...]) -> set[str]:
    """Return the licenses that all works allow for an adaptation."""
    return set.intersection(*(CHART[work] for work in works))


def test_is_in_the_chart_with_every_license() -> None:
    assert set(CHART) == set(LICENSES) == set(LicenseId.values)


@pytest.mark.parametrize("work", sorted(CHART))
def test_decides_each_license_like_the_chart(work: str) -> None:
    decision = allowed_outputs([work])
    assert set(decision.publishable) == CHART[work]
    assert decision.attribution_required == (work in CREDIT_NEEDED)
    assert decision.private_use


@pytest.mark.parametrize("works", PAIRS + TRIPLES, ids=" + ".join)
def test_decides_each_combination_like_the_chart(works: tuple[str, ...]) -> None:
    decision = allowed_outputs(works)
    assert set(decision.publishable) == expected(works)
    assert decision.attribution_required == bool(CREDIT_NEEDED & set(works))
    assert decision.private_use


def test_covers_all_pairs_and_triples() -> None:
    assert (len(PAIRS), len(TRIPLES)) == (45, 165)


@pytest.mark.parametrize("works", TRIPLES, ids=" + ".join)
def test_does_not_depend_on_the_order(works: tuple[str, ...]) -> None:
    assert len({allowed_outputs(order) for order in permutations(works)}) == 1


@pytest.mark.parametrize("works", PAIRS, ids=" + ".join)
def test_gives_a_reason_for_every_limit(works: tuple[str, ...]) -> None:
    decision = allowed_outputs(works)
    free = {"CC0-1.0", "CC-PDM-1.0"}
    assert bool(decision.reasons) == (not set(works) <= free)


def test_puts_the_freest_license_first() -> None:
    assert allowed_outputs(["CC0-1.0"]).publishable[0] == "CC0-1.0"
    assert allowed_outputs(["CC-BY-4.0"]).publishable[0] == "CC-BY-4.0"
    assert allowed_outputs(["CC-BY-NC-4.0"]).publishable[0] == "CC-BY-NC-4.0"


@pytest.mark.parametrize("unknown", ["", "MIT", "CC-BY-3.0", "cc0-1.0"])
def test_allows_nothing_for_an_unknown_license(unknown: str) -> None:
    decision = allowed_outputs(["CC0-1.0", unknown])
    assert decision.publishable == ()
    assert decision.reasons == (f"unknown-license:{unknown}",)
    assert not decision.private_use


def test_names_the_license_that_forbids_changes() -> None:
    decision = allowed_outputs(["CC0-1.0", "CC-BY-ND-4.0"])
    assert decision.reasons == ("no-derivatives:CC-BY-ND-4.0",)


def test_distinguishes_the_two_share_alike_conflicts() -> None:
    both = allowed_outputs(["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"])
    mixed = allowed_outputs(["CC-BY-SA-4.0", "CC-BY-NC-4.0"])
    assert both.reasons == ("share-alike-conflict",)
    assert mixed.reasons == ("share-alike-forbids-non-commercial",)


def test_allows_every_license_without_styles() -> None:
    assert set(allowed_outputs([]).publishable) == CHART["CC0-1.0"]


def test_never_allows_the_public_domain_mark_for_a_new_picture() -> None:
    outputs = {each for works in PAIRS for each in allowed_outputs(works).publishable}
    assert "CC-PDM-1.0" not in outputs


def test_lets_the_library_use_works_that_may_be_changed() -> None:
    assert set(USABLE_IN_LIBRARY) == {name for name, outputs in CHART.items() if outputs}


@pytest.mark.parametrize("name", sorted(set(CHART) - {"all-rights-reserved"}))
def test_links_to_the_text_of_each_license(name: str) -> None:
    known = LICENSES[name]
    assert known.url.startswith("https://creativecommons.org/")
    assert known.name == LicenseId(name).label


def test_names_what_stands_in_the_place_of_a_license() -> None:
    assert {key for key, _name in STYLE_LICENSES} == {*LICENSES, OWN_WORK, UNKNOWN_RIGHTS}
    assert not {OWN_WORK, UNKNOWN_RIGHTS} & {*USABLE_IN_LIBRARY, *LICENSES}


@pytest.mark.parametrize("work", sorted(CHART))
def test_adds_no_condition_for_an_own_work(work: str) -> None:
    assert allowed_outputs([work, OWN_WORK]) == allowed_outputs([work])


def test_lets_the_owner_do_anything_with_an_own_work() -> None:
    decision = allowed_outputs([OWN_WORK])
    assert set(decision.publishable) == CHART["CC0-1.0"]
    assert not decision.attribution_required


@pytest.mark.parametrize("other", [None, OWN_WORK, "CC0-1.0", "CC-BY-SA-4.0"])
def test_keeps_unknown_rights_for_personal_use(other: str | None) -> None:
    decision = allowed_outputs([UNKNOWN_RIGHTS, *([other] if other else [])])
    assert decision.publishable == ()
    assert decision.private_use
    assert decision.reasons == ("unknown-rights",)
