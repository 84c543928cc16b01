"""People as everybody sees them, and the profile picture of the user."""

from urllib.parse import urlencode

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import Anyone, HasScope, person
from accounts.models import User
from common.conditional import answers_conditionally
from gallery.access import viewer_of
from gallery.galleries import UnknownArtwork
from gallery.models import Artwork
from gallery.people import avatar_of, find_person, remove_avatar, set_avatar


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person who published something."""

    name = serializers.CharField(source="username", read_only=True)
    avatar = serializers.SerializerMethodField(
        help_text="The published artwork that stands for the person; null without one."
    )
    urls = serializers.SerializerMethodField(help_text="The page, and what the person published.")

    class Meta:
        model = User
        fields = ["name", "public_name", "about", "avatar", "urls"]
        read_only_fields = fields

    def get_avatar(self, user: User) -> str | None:
        """Return the id of the artwork."""
        artwork = avatar_of(user)
        return str(artwork.pk) if artwork else None

    def get_urls(self, user: User) -> dict[str, str]:
        """Return the addresses of the page and of the two public lists."""
        query = urlencode({"person": user.username})
        return {
            "page": reverse("person", kwargs={"name": user.username}),
            "artworks": f"{reverse('api-public-artwork-list')}?{query}",
            "galleries": f"{reverse('api-public-gallery-list')}?{query}",
        }


class AvatarSerializer(serializers.Serializer[Artwork]):
    """The artwork that stands for the user."""

    artwork = serializers.UUIDField(help_text="One of my published artworks.")


@answers_conditionally
class PersonView(APIView):
    """A person who published something."""

    permission_classes = (Anyone,)

    @extend_schema(responses=PersonSerializer, tags=["people"])
    def get(self, request: Request, name: str) -> Response:
        """Show a person: the name, a line about them, and where their artworks are."""
        found = find_person(name, viewer_of(request))
        return Response(PersonSerializer(found).data)


class AvatarView(APIView):
    """The profile picture of the user. Only a session can change it, as with the other data."""

    permission_classes = (HasScope,)

    @extend_schema(request=AvatarSerializer, responses={204: None}, tags=["me"])
    def put(self, request: Request) -> Response:
        """Use one of my published artworks as my profile picture."""
        body = AvatarSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        mine = Artwork.objects.owned_by(person(request))
        artwork = mine.filter(pk=body.validated_data["artwork"]).first()
        if artwork is None:
            raise UnknownArtwork("artwork")
        set_avatar(artwork=artwork)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None}, tags=["me"])
    def delete(self, request: Request) -> Response:
        """Remove my profile picture. The artwork stays."""
        remove_avatar(owner=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
