"""My jobs: submit one, watch it, stop it, download its picture."""

from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import DOWNLOAD, PICTURE, STORAGE_FULL
from common.problems import Problem
from common.queries import check_download, chosen
from inference.api.job_reply import JobSerializer
from inference.api.job_request import JobRequestSerializer
from inference.api.waiting import PREFER, preferred_wait, wait_for_end
from inference.files.downloads import send_result
from inference.live.snapshots.losses import LossCurveReply, loss_curve
from inference.live.snapshots.report import report_sentences
from inference.models import Job
from inference.services.jobs import cancel_job, delete_job, stop_job, submit_job
from inference.services.reruns import continue_job, retry_job

# The namespace in which the Idempotency-Key of a user becomes the id of a job.
KEYS = UUID("6f0a4a5e-7d3c-4c53-9b0f-5d3c0b6e2a11")
MAX_KEY_LENGTH = 255
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A key you choose for this request. Sent again, it returns the same job.",
)
VARIANTS = ("result", "preview", "painting", "mask")
VARIANT = OpenApiParameter("variant", str, enum=list(VARIANTS), default="result")
MADE = {
    201: JobSerializer,
    200: OpenApiResponse(
        JobSerializer, description="The job exists already, or it ended within `Prefer: wait`."
    ),
    202: OpenApiResponse(JobSerializer, description="The job did not end within `Prefer: wait`."),
}


class JobQuerySerializer(serializers.Serializer[Any]):
    """Which jobs to list."""

    state = serializers.CharField(
        required=False, help_text="One or more states, separated by commas."
    )
    since = serializers.DateTimeField(required=False, help_text="Only jobs made after this moment.")

    def validate_state(self, value: str) -> list[str]:
        """Split the list; every entry is a state."""
        states = value.split(",")
        if not set(states) <= set(Job.State.values):
            detail = _("Use only these states: %(states)s.") % {"states": ", ".join(Job.State)}
            raise serializers.ValidationError(detail, code="invalid_choice")
        return states


class JobReportSerializer(serializers.Serializer[Any]):
    """How a picture was painted."""

    sentences = serializers.ListField(
        child=serializers.CharField(), help_text="In the language of the request."
    )


@answers_conditionally
class JobViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Job],
):
    """The jobs of the user, newest first."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE
    guest_operations = frozenset({"retrieve", "cancel", "losses"})
    serializer_class = JobSerializer
    queryset = Job.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Job]:
        """Return the user's own jobs with the rows that a snapshot needs."""
        jobs = Job.objects.visible_to(self.request.user).with_parts()
        # Only the list has filters; an action finds its job with any query.
        return jobs.filter(**self._conditions()) if self.action == "list" else jobs

    def _conditions(self) -> dict[str, Any]:
        """Return the filters that the query of a list names."""
        query = JobQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        names = {"state": "state__in", "since": "created_at__gt"}
        return {names[key]: value for key, value in query.validated_data.items()}

    @extend_schema(parameters=[JobQuerySerializer])
    def list(self, request: Request) -> Response:
        """List my jobs, newest first."""
        return super().list(request)

    @extend_schema(
        parameters=[KEY, PREFER],
        request=JobRequestSerializer,
        responses={**MADE, 409: OpenApiResponse(description="The job of this key was deleted.")},
    )
    def create(self, request: Request) -> Response:
        """Create a job. Prefer `PUT` with your own id: then it is safe to repeat."""
        return self._submit(request, job_id_of_key(request))

    @extend_schema(
        parameters=[PREFER],
        request=JobRequestSerializer,
        responses={**MADE, 409: OpenApiResponse(description="The job of this id was deleted.")},
    )
    def update(self, request: Request, pk: UUID) -> Response:
        """Create a job under your own id (a random UUID).

        The first request answers 201. The same one again answers 200 with the same job; another
        body under the same id answers 422 and changes nothing.
        """
        return self._submit(request, pk)

    def perform_destroy(self, instance: Job) -> None:
        """Delete the job and its pictures. An artwork saved from it stays."""
        delete_job(job=instance)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_address: Any) -> Response:
        """Cancel the job without a result. It is safe to repeat."""
        cancel_job(job=self.get_object())
        return self._snapshot(self.get_object())

    @extend_schema(
        request=None,
        responses={200: JobSerializer, 409: OpenApiResponse(description="It is not painted now.")},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, **_address: Any) -> Response:
        """Stop the job early and keep the picture so far."""
        stop_job(job=self.get_object())
        return self._snapshot(self.get_object())

    @extend_schema(
        request=None,
        responses={**MADE, 409: OpenApiResponse(description="The job has not failed.")},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_address: Any) -> Response:
        """Repeat a job that failed, was canceled or expired.

        The answer is a new job, whose `retry_of` is this one. Asking again answers 200 with it.
        """
        return self._made(*retry_job(job=self.get_object()))

    @extend_schema(
        request=None,
        responses={**MADE, 409: OpenApiResponse(description="The picture cannot be continued.")},
    )
    @action(detail=True, methods=["post"], url_path="continue")
    def go_on(self, request: Request, **_address: Any) -> Response:
        """Continue a finished picture for 12 steps, if `can_continue` is true.

        The answer is a new job, whose `continues` is this one. Asking again answers 200 with it.
        """
        return self._made(*continue_job(job=self.get_object()))

    @extend_schema(parameters=[VARIANT, *DOWNLOAD], responses={**PICTURE, 507: STORAGE_FULL})
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture that the job shows, the latest preview, the painting or its mask.

        A download of the picture can have another size and format.
        """
        job = self.get_object()
        check_download(request)
        others = {
            "preview": job.preview,
            "painting": job.painting_file,
            "mask": job.fitted_mask,
        }
        variant = chosen(request, "variant", VARIANTS)
        if variant in others:
            return send_media(request, others[variant], public=False)
        return send_result(request, job)

    @extend_schema(responses=JobReportSerializer)
    @action(detail=True)
    def report(self, request: Request, **_address: Any) -> Response:
        """Say how a finished picture was painted: sizes, conversions, parts and time."""
        sentences = report_sentences(self.get_object().report)
        return Response(JobReportSerializer({"sentences": sentences}).data)

    @extend_schema(responses=LossCurveReply)
    @action(detail=True)
    def losses(self, request: Request, **_address: Any) -> Response:
        """Tell how the losses fell, step by step, for a method that trains the picture."""
        return Response(loss_curve(self.get_object()))

    def _submit(self, request: Request, job_id: UUID | None) -> Response:
        """Check the body and submit the job."""
        body = JobRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        return self._made(*submit_job(owner=person(request), job_id=job_id, **body.validated_data))

    def _made(self, job: Job, created: bool) -> Response:  # noqa: FBT001  # as services return it
        """Answer with the job; first wait for its end if the app prefers that."""
        headers = {"Location": reverse("api-job-detail", kwargs={"pk": job.pk})}
        code: int = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        if (seconds := preferred_wait(self.request)) is not None:
            code = status.HTTP_200_OK if wait_for_end(job, seconds) else status.HTTP_202_ACCEPTED
            headers["Preference-Applied"] = f"wait={seconds}"
        # Read again, because the job may have changed during the wait.
        return self._snapshot(self.get_queryset().get(pk=job.pk), code, headers)

    def _snapshot(
        self, job: Job, code: int = status.HTTP_200_OK, headers: dict[str, str] | None = None
    ) -> Response:
        return Response(JobSerializer(job).data, status=code, headers=headers)


def job_id_of_key(request: Request) -> UUID | None:
    """Return the job id for the request's Idempotency-Key; it differs from user to user."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MAX_KEY_LENGTH:
        detail = _("The key is too long. The limit is %(length)d characters.") % {
            "length": MAX_KEY_LENGTH
        }
        raise Problem.of_field("Idempotency-Key", "key_too_long", detail)
    # The user is part of the name: equal keys of two users are two jobs.
    return uuid5(KEYS, f"{person(request).pk}:{key}") if key else None
