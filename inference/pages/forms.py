"""The studio's form: a photo, one to four styles with weights, and the settings."""

import uuid
from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inference.models import Batch, Job, Mask, Photo
from inference.queue.sketch_recipe import is_cheap
from inference.services.batches import submit_batch
from inference.services.jobs import submit_job
from inference.services.masks import upload_mask
from inference.services.photos import upload_photo
from library.models import Style, StyleQuerySet
from style_transfer.core.backbones import installed_backbones
from style_transfer.core.catalog import METHOD_INFOS, RECIPE, MethodInfo
from style_transfer.core.controls import controls_of
from style_transfer.core.spec import (
    BOUNDS,
    FEATURES,
    MAX_STYLES,
    Color,
    Init,
    KeepFaces,
    Optimizer,
    SpecError,
    TransferSpec,
    Variant,
)

COLOR_WORDS = {
    Color.STYLE: _("From style"),
    Color.MATCH: _("In between"),
    Color.CONTENT: _("From photo"),
}
SIZE_WORDS = (
    ("512", _("512 px")),
    ("768", _("768 px")),
    ("1280", _("1280 px")),
    ("", _("Same as photo")),
)
FEATURE_WORDS = {
    "builtin": _("Built-in"),
    "builtin-light": _("Built-in, light"),
    "vgg19": _("VGG-19"),
    "vgg16": _("VGG-16"),
    "resnet50": _("ResNet-50"),
    "resnet50-plain": _("ResNet-50, not smoothed"),
    "mobilenet_v3_large": _("MobileNetV3"),
}
FACES_WORDS = {
    KeepFaces.AUTO: _("If large enough"),
    KeepFaces.ON: _("Always"),
    KeepFaces.OFF: _("Never"),
}
VARIANT_WORDS = {
    Variant.STANDARD: _("Standard"),
    Variant.LIGHT: _("Light: smaller networks"),
}
INIT_WORDS = {
    Init.CONTENT: _("Photo"),
    Init.NOISE: _("Noise"),
    Init.STYLE: _("Artwork"),
}
OPTIMIZER_WORDS = {Optimizer.ADAM: _("Adam"), Optimizer.LBFGS: _("L-BFGS")}
# The fields of the textbook recipe that take numbers, with the words for each.
RECIPE_WORDS = {
    "learning_rate": _("Learning rate"),
    "content_weight": _("Content weight"),
    "style_weight": _("Style weight"),
    "tv_weight": _("Smoothness weight"),
    "layer1_weight": _("Layer 1, fine texture"),
    "layer2_weight": _("Layer 2"),
    "layer3_weight": _("Layer 3"),
    "layer4_weight": _("Layer 4"),
    "layer5_weight": _("Layer 5, coarse texture"),
}
# The engine does not use gettext, so its words are listed here for the translators.
METHOD_WORDS: Final = (
    gettext_noop("Fast"),
    gettext_noop("About a second. Works with any style and can combine several."),
    gettext_noop("Detailed, step by step"),
    gettext_noop("Takes longer. You can watch every step. Closest to the artwork."),
    gettext_noop("Style-specific network"),
    gettext_noop("About a second. Uses a network trained for this one style."),
    gettext_noop("Textbook recipe"),
    gettext_noop(
        "The recipe that started it all (Gatys et al. 2016). Takes minutes. "
        "Shows how style transfer learns."
    ),
)
DEFAULT_SIZE = "768"
MIN_WEIGHT, MAX_WEIGHT = 0.01, 1.0


class StudioForm(forms.Form):
    """Reads what the studio sends, with or without scripts, and starts the job."""

    job_id = forms.UUIDField(widget=forms.HiddenInput)
    photo = forms.FileField(required=False, allow_empty_file=True)
    photo_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The artwork that the picture is made like. Nothing depends on it, so it is never refused.
    like = forms.CharField(required=False, widget=forms.HiddenInput)
    more_photos = forms.ModelMultipleChoiceField(
        queryset=Photo.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("This photo does not exist, or it is not yours.")},
    )
    # One picture for each style, instead of one picture that mixes them.
    each = forms.BooleanField(required=False)
    styles = forms.ModelMultipleChoiceField(
        queryset=Style.objects.none(),
        to_field_name="slug",
        error_messages={
            "required": _("Choose one to four styles."),
            "invalid_choice": _(
                "One of these styles is no longer available. Choose another style."
            ),
        },
    )
    method = forms.ChoiceField(required=False, choices=[(slug, slug) for slug in METHOD_INFOS])
    strength = forms.FloatField(required=False)
    color = forms.ChoiceField(
        required=False, choices=[(c.value, w) for c, w in COLOR_WORDS.items()]
    )
    style_scale = forms.FloatField(required=False)
    size = forms.IntegerField(required=False)
    steps = forms.IntegerField(required=False)
    seed = forms.IntegerField(required=False)
    features = forms.ChoiceField(
        required=False, choices=[(name, FEATURE_WORDS[name]) for name in FEATURES]
    )
    variant = forms.ChoiceField(
        required=False, choices=[(c.value, w) for c, w in VARIANT_WORDS.items()]
    )
    init = forms.ChoiceField(required=False, choices=[(c.value, w) for c, w in INIT_WORDS.items()])
    optimizer = forms.ChoiceField(
        required=False, choices=[(c.value, w) for c, w in OPTIMIZER_WORDS.items()]
    )
    learning_rate = forms.FloatField(required=False)
    content_weight = forms.FloatField(required=False)
    style_weight = forms.FloatField(required=False)
    tv_weight = forms.FloatField(required=False)
    layer1_weight = forms.FloatField(required=False)
    layer2_weight = forms.FloatField(required=False)
    layer3_weight = forms.FloatField(required=False)
    layer4_weight = forms.FloatField(required=False)
    layer5_weight = forms.FloatField(required=False)

    keep_faces = forms.ChoiceField(
        required=False, choices=[(c.value, w) for c, w in FACES_WORDS.items()]
    )

    mask = forms.FileField(required=False, allow_empty_file=True)
    mask_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    mask_feather = forms.FloatField(required=False)
    mask_invert = forms.BooleanField(required=False)
    # The file field that is being stored, so that a refusal is shown beside it.
    sending = "photo"

    def __init__(self, *args: Any, user: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        more = cast("forms.ModelMultipleChoiceField[Photo]", self.fields["more_photos"])
        more.queryset = Photo.objects.visible_to(user)
        styles = cast("forms.ModelMultipleChoiceField[Style]", self.fields["styles"])
        styles.queryset = styles_in_studio(user)

    @property
    def feature_choices(self) -> list[tuple[str, Any]]:
        """The feature networks that are installed here, with their words."""
        return [(name, FEATURE_WORDS[name]) for name in installed_backbones()]

    @property
    def recipe_numbers(self) -> list[dict[str, Any]]:
        """The fields of the textbook recipe that take numbers, for the template."""
        return [
            {"name": name, "word": word, "bound": BOUNDS[name], "field": self[name]}
            for name, word in RECIPE_WORDS.items()
        ]

    @property
    def recipe_errors(self) -> bool:
        """Whether a field of the textbook recipe has an error."""
        return any(name in self.errors for name in RECIPE)

    @property
    def is_for_several(self) -> bool:
        """Whether each style makes its own picture: by the user's choice, or with more photos."""
        return bool(self.cleaned_data.get("each") or self.cleaned_data.get("more_photos"))

    def clean_like(self) -> uuid.UUID | None:
        """Return the id of the artwork; None without one, and for what is no id."""
        return _id_in(self.cleaned_data["like"])

    def clean_styles(self) -> list[Style]:
        """Return the styles in the order of the tray; at most four are mixed."""
        chosen = {style.slug: style for style in self.cleaned_data["styles"]}
        if len(chosen) > MAX_STYLES and not self.is_for_several:
            raise forms.ValidationError(_("You can combine up to four styles. Remove one."))
        order = cast("QueryDict", self.data).getlist("styles")
        return [chosen[slug] for slug in dict.fromkeys(order)]

    def clean(self) -> dict[str, Any]:
        """Find the photo and check the spec against the engine's own bounds."""
        data = super().clean() or self.cleaned_data
        data["earlier_photo"] = self._earlier_photo()
        if not data.get("photo") and not data["earlier_photo"]:
            self.add_error("photo", _("Upload a photo first."))
        data["earlier_mask"] = self._earlier_mask(data["earlier_photo"])
        if (data.get("mask") or data["earlier_mask"]) and self._makes_several(data):
            self.add_error("mask", _("A mask works for one picture at a time."))
        try:
            # The engine checks the bounds, so the form and the API refuse the same values.
            data["spec"] = spec_from(data)
        except SpecError as error:
            for name, sentence in error.fields.items():
                self.add_error(name if name in self.fields else None, sentence)
        return data

    def _earlier_photo(self) -> Photo | None:
        photo_id = self.cleaned_data.get("photo_id")
        return Photo.objects.visible_to(self.user).filter(pk=photo_id).first() if photo_id else None

    def _earlier_mask(self, photo: Photo | None) -> Mask | None:
        mask_id = self.cleaned_data.get("mask_id")
        return Mask.objects.filter(pk=mask_id, photo=photo).first() if mask_id and photo else None

    def _makes_several(self, data: Mapping[str, Any]) -> bool:
        photos = 1 + len(data.get("more_photos") or ())
        return self.is_for_several and photos * len(data.get("styles") or ()) > 1

    def take_new_id(self) -> None:
        """Give the form a new job id, since the service refused the old one."""
        self._fill("job_id", uuid.uuid4())

    def _fill(self, name: str, value: uuid.UUID) -> None:
        data = cast("QueryDict", self.data).copy()
        data[name] = str(value)
        self.data = data

    def start(self, owner: User) -> Job | Batch:
        """Upload the photo, if there is one, and submit the job, or a batch of several.

        Raises what the services raise.
        """
        data = self.cleaned_data
        photo = data["earlier_photo"]
        if data["photo"]:
            photo, _created = upload_photo(owner=owner, file=data["photo"])
            # If the job is refused, the page shows the photo, so nobody has to send it again.
            self._fill("photo_id", photo.pk)
        photos = list(dict.fromkeys([photo, *data["more_photos"]]))
        if self.is_for_several and len(photos) * len(data["styles"]) > 1:
            return self._start_batch(owner, photos)
        # The weights have one field for each style, which a form cannot declare beforehand.
        weights = weights_from(self.data)
        styles = [(style, weights.get(style.slug, 1.0)) for style in data["styles"]]
        job, _created = submit_job(
            owner=owner,
            photo=photo,
            styles=styles,
            spec=data["spec"],
            mask=self._mask_for(owner, photo),
            job_id=data["job_id"],
            made_like=data["like"],
        )
        return job

    def _mask_for(self, owner: User, photo: Photo) -> Mask | None:
        """Store the mask, if one was sent; if the job is refused, the form still has it."""
        if not self.cleaned_data["mask"]:
            mask: Mask | None = self.cleaned_data["earlier_mask"]
            return mask
        self.sending = "mask"
        mask, _created = upload_mask(owner=owner, photo=photo, file=self.cleaned_data["mask"])
        self._fill("mask_id", mask.pk)
        return mask

    def _start_batch(self, owner: User, photos: list[Photo]) -> Batch:
        data = self.cleaned_data
        batch, _created = submit_batch(
            owner=owner,
            photos=photos,
            styles=data["styles"],
            spec=data["spec"],
            batch_id=data["job_id"],
            made_like=data["like"],
        )
        return batch


def styles_in_studio(user: object) -> StyleQuerySet:
    """Return the styles that `user` can choose: those of the library, and their own."""
    own = user.pk if isinstance(user, User) else None
    return Style.objects.paintable_by(own)


def spec_from(data: Mapping[str, Any]) -> TransferSpec:
    """Return the spec of the filled fields; an empty field takes its default.

    Raises SpecError for values out of bounds.
    """
    names = (
        *("method", "strength", "style_scale", "size", "steps", "seed", "color", "features"),
        *("keep_faces", "mask_feather", "mask_invert", "variant"),
        *RECIPE,
    )
    return TransferSpec(**{name: data[name] for name in names if data.get(name) not in {None, ""}})


def weights_from(data: Mapping[str, Any]) -> dict[str, float]:
    """Read the fields `weight-<slug>`; values that are not numbers above 0 are left out."""
    weights = {}
    for key, value in data.items():
        slug = key.removeprefix("weight-")
        if slug != key and (weight := _number(value)) is not None:
            weights[slug] = min(max(weight, MIN_WEIGHT), MAX_WEIGHT)
    return weights


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number > 0 else None


def _id_in(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def initial_from(query: QueryDict) -> dict[str, Any]:
    """Return the studio's initial values from its address, so that a recipe is a link.

    `style` may repeat and may carry its weight: `?style=woodcut:0.7&style=mosaic:0.3&photo=<uuid>`.
    """
    names = (
        *("method", "strength", "color", "style_scale", "steps", "seed", "features"),
        *("keep_faces", "mask_feather", "variant"),
        *RECIPE,
    )
    usual = TransferSpec()
    chosen = dict(item.partition(":")[::2] for item in query.getlist("style")[:MAX_STYLES])
    return {
        **{name: query.get(name, getattr(usual, name)) for name in names},
        "size": query.get("size", DEFAULT_SIZE),
        "job_id": uuid.uuid4(),
        "photo_id": query.get("photo", ""),
        "like": _id_in(query.get("like", "")) or "",
        "mask_invert": query.get("mask_invert") == "True",
        "styles": list(chosen),
        "weights": {slug: _number(weight) or 1.0 for slug, weight in chosen.items()},
    }


def control_bounds() -> dict[str, Any]:
    """Return the bounds and words for the studio's controls."""
    return {
        "bounds": BOUNDS,
        "max_styles": MAX_STYLES,
        "sizes": SIZE_WORDS,
        "min_weight": MIN_WEIGHT,
    }


def method_choice(info: MethodInfo) -> dict[str, Any]:
    """Return the words for a method in the studio, and the names of its controls."""
    return {
        "slug": info.slug,
        "title": gettext(info.title),
        "description": gettext(info.description),
        "controls": " ".join(controls_of(info)["properties"]),
        "quick": is_cheap(TransferSpec(method=info.slug)),
        "default_steps": info.default_steps,
        "most_steps": int(info.site_steps or BOUNDS["steps"].high),
    }
