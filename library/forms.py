"""The search of the style library."""

from django import forms

LONGEST_QUERY = 200


class SearchForm(forms.Form):
    """Reads the query of the page of styles."""

    q = forms.CharField(required=False, max_length=LONGEST_QUERY)
    technique = forms.CharField(required=False, max_length=80)
