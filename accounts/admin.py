"""Admin pages of users and of the tokens of their apps."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from accounts.tokens import revoke_token

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


@admin.register(User)
class PersonAdmin(UserAdmin):
    """The Django admin page of users, with the two fields that this project adds."""

    list_display = ("username", "email", "display_name", "is_active", "is_staff", "date_joined")
    search_fields = ("username", "email", "display_name")
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined", "last_served_at")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Styleweb"), {"fields": ("display_name", "last_served_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Leave out guests: they have no account, and their rows are deleted after a day."""
        return super().get_queryset(request).filter(is_guest=False)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Let only superusers hand out rights: other staff could give themselves all of them."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_superuser(request) else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change a superuser, whose password would open everything."""
        may_change: bool = super().has_change_permission(request, obj)
        return may_change and (obj is None or not obj.is_superuser or _is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Return False: this page cannot delete the files of a user. Suspend the user instead."""
        del request, obj
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens by their first characters. Administrators can revoke them, not make or read them."""

    list_display = ("name", "owner", "prefix", "scopes", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username")
    ordering = ("-created_at",)
    actions = ("revoke",)
    fields = ("name", "owner", "prefix", "scopes", "created_at", "last_used_at", "revoked_at")
    # A token is only revoked here. No field of it can be edited.
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: users make their own tokens."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Return False: a revoked token stays in the database, as a record."""
        del request, obj
        return False

    @admin.action(description=_("Revoke selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke the selected tokens now."""
        for token in queryset:
            revoke_token(token=token)
        self.message_user(request, _("Revoked."))
