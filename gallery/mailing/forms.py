"""The form in which users choose the notices that they get by mail."""

from typing import Any

from django import forms

from gallery.models import Notice
from gallery.models.notice_mails import MailMode


class NoticeMailForm(forms.Form):
    """One choice for each kind of notice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in Notice.Kind.choices:
            self.fields[kind] = forms.ChoiceField(label=label, choices=MailMode.choices)
