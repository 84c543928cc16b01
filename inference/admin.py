"""Jobs and photos for operators, who may view and cancel them, but not edit them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from common.admin_filters import NamedValuesFilter
from inference.models import OPERATE_QUEUE, Job, JobStyle, Photo, ProofSheet
from inference.services.jobs import cancel_job


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows, which only the services may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows are not added here."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: rows are not changed here."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: a deletion here would leave the files behind."""
        del request, obj
        return False


class JobStyleInline(admin.TabularInline):
    """The styles of a job."""

    model = JobStyle
    extra = 0
    can_delete = False
    fields = readonly_fields = ("style", "version", "weight")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The queue, newest first."""

    list_display = (
        "created_at",
        "owner",
        "state",
        "stage",
        "attempt",
        "done",
        "total",
        "error_code",
        "compute_seconds",
    )
    list_filter = (
        *("state", "lane"),
        *((column, NamedValuesFilter) for column in ("error_code", "device")),
    )
    search_fields = ("id", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    inlines = (JobStyleInline,)
    actions = ("cancel",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may end the jobs of others. To view them is not enough."""
        return isinstance(request.user, User) and request.user.has_perm(OPERATE_QUEUE)

    @admin.action(description=_("Cancel selected jobs"), permissions=["operate"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        """Cancel the selected jobs that wait or run."""
        active = list(jobs.filter(state__in=Job.ACTIVE))
        for job in active:
            cancel_job(job=job, by="operator")
        sentence = ngettext("%d job was canceled.", "%d jobs were canceled.", len(active))
        self.message_user(request, sentence % len(active), messages.SUCCESS)


@admin.register(ProofSheet)
class ProofSheetAdmin(ReadOnlyAdmin):
    """The queue of proof sheets, newest first."""

    list_display = ("created_at", "owner", "state", "attempt", "error_code", "completed_at")
    list_filter = ("state", ("error_code", NamedValuesFilter))
    search_fields = ("id", "owner__username")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    fields = readonly_fields = (
        *("id", "owner", "state", "attempt", "error_code", "error_hint", "created_at"),
        *("started_at", "completed_at"),
    )


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    """Photos as figures; operators do not see the pictures of users."""

    list_display = ("created_at", "owner", "width", "height", "bytes")
    search_fields = ("id", "owner__username")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    fields = readonly_fields = ("id", "owner", "width", "height", "bytes", "sha256", "created_at")
