"""The rows of the table of access: what each user is answered by each page and media file.

tests/styleweb/test_page_access.py asks for each, and test_guest_pages.py asks as a guest.
"""

from typing import NamedTuple

from gallery.models import Gallery

SIGN_IN = "/account/login/"
# What the owner of an artwork can do with it.
DEEDS = ("rename", "publish", "unpublish", "delete", "avatar", "tags", "develop", "show")


class Row(NamedTuple):
    """A request for a page, and its status for five users.

    The stranger owns nothing. The moderator is a member of the staff who may hide artworks. Nobody
    is not signed in; 302 then is the way to the page of the sign-in.
    """

    name: str
    method: str
    address: str
    owner: int
    stranger: int
    nobody: int
    moderator: int
    root: int


def open_to_all(name: str, address: str, status: int = 200) -> Row:
    """Return the row of a page that is the same for everybody."""
    return Row(name, "get", address, *[status] * 5)


def own(name: str, address: str) -> Row:
    """Return the row of a page that shows everybody what is theirs."""
    return Row(name, "get", address, 200, 200, 302, 200, 200)


def signed_out(name: str, address: str) -> Row:
    """Return the row of a page that sends users on who are signed in."""
    return Row(name, "get", address, 302, 302, 200, 302, 302)


def private(name: str, address: str, method: str = "post") -> Row:
    """Return the row of something that only its owner may see or do."""
    done = 302 if method == "post" else 200
    return Row(name, method, address, done, 404, 302, 404, 404)


def visible(name: str, address: str) -> Row:
    """Return the row of a change to something that all see, and that only its owner may change."""
    return Row(name, "post", address, 302, 403, 302, 403, 403)


def moderated(name: str, address: str) -> Row:
    """Return the row of what a moderator has hidden."""
    return Row(name, "get", address, 200, 404, 404, 200, 200)


def file(name: str, address: str) -> Row:
    """Return the row of a file that exists for its owner only."""
    return Row(name, "get", address, 200, 404, 404, 404, 404)


def operators(name: str, address: str, method: str = "post") -> Row:
    """Return the row of what only operators may see or do."""
    return Row(name, method, address, 403, 403, 302, 403, 302 if method == "post" else 200)


def curators(name: str, address: str, method: str = "post", done: int = 302) -> Row:
    """Return the row of what only curators of the library may see or do."""
    return Row(name, method, address, 403, 403, 302, 403, done if method == "post" else 200)


PAGES = [
    open_to_all("home", "/"),
    open_to_all("public-gallery", "/gallery/"),
    open_to_all("public-gallery", "/gallery/?q=sea&use=adapt&color=blue&sort=liked&tag=x"),
    open_to_all("public-galleries", "/gallery/galleries/"),
    open_to_all("gallery-feed", "/gallery/feed.atom"),
    open_to_all("person-feed", "/people/alice/feed.atom?{public}"),
    open_to_all("person-feed", "/people/alice/feed.atom?{hidden}", 404),
    open_to_all("style-feed", "/styles/great-wave/feed.atom"),
    open_to_all("style-feed", "/styles/sketch/feed.atom", 404),
    open_to_all("style-feed", "/styles/{style}/feed.atom", 404),
    open_to_all("oembed", "/oembed/?url=http://testserver/artworks/{public}/"),
    open_to_all("oembed", "/oembed/?url=http://testserver/artworks/{hidden}/", 404),
    open_to_all("artwork-embed", "/artworks/{public}/embed/"),
    open_to_all("artwork-embed", "/artworks/{private}/embed/", 404),
    open_to_all("artwork-embed", "/artworks/{hidden}/embed/", 404),
    Row("artwork-materials", "get", "/artworks/{private}/materials/", 200, 404, 404, 404, 404),
    open_to_all("artwork-materials", "/artworks/{public}/materials/"),
    moderated("artwork-materials", "/artworks/{hidden}/materials/"),
    private("job-materials", "/jobs/{done}/materials/", "get"),
    open_to_all("share-materials", "/s/{shared:file}/materials/"),
    open_to_all("verify", "/verify/"),
    *(
        open_to_all("site-page", f"/site/{slug}/")
        for slug in ("about", "privacy", "terms", "contact", "takedown")
    ),
    open_to_all("site-page", "/site/secrets/", 404),
    open_to_all("robots", "/robots.txt"),
    open_to_all("sitemap", "/sitemap.xml"),
    open_to_all("sitemap-part", "/sitemap-artworks.xml"),
    open_to_all("sitemap-part", "/sitemap-secrets.xml", 404),
    open_to_all("public-gallery-moved", "/wall/", 301),
    own("my-artworks", "/artworks/"),
    private("artwork-keep", "/jobs/{done}/keep/"),
    Row("artwork", "get", "/artworks/{private}/", 200, 404, 404, 404, 404),
    moderated("artwork", "/artworks/{hidden}/"),
    open_to_all("artwork", "/artworks/{public}/"),
    *(
        row
        for deed in DEEDS
        for row in (
            private(f"artwork-{deed}", f"/artworks/{{private}}/{deed}/"),
            visible(f"artwork-{deed}", f"/artworks/{{public}}/{deed}/"),
        )
    ),
    private("artwork-like", "/artworks/{private}/like/"),
    Row("artwork-like", "post", "/artworks/{public}/like/", *[302] * 5),
    private("artwork-favorite", "/artworks/{private}/favorite/"),
    Row("artwork-favorite", "post", "/artworks/{public}/favorite/", *[302] * 5),
    own("favorites", "/favorites/"),
    own("artwork-upload", "/artworks/upload/"),
    Row("selection", "post", "/artworks/selection/", 302, 302, 302, 302, 302),
    own("notices", "/notices/"),
    Row("notices-read", "post", "/notices/read/", *[302] * 5),
    private("notice-open", "/notices/{notice}/"),
    Row("notice-open", "get", "/notices/{notice}/", 302, 404, 302, 404, 404),
    own("notice-mail", "/account/notices/"),
    open_to_all("notices-stop", "/notices/stop/{stop_token}/"),
    Row("notices-stop", "post", "/notices/stop/{stop_token}/", *[200] * 5),
    own("trash", "/trash/"),
    *(
        Row(f"trash-{deed}", "post", f"/trash/{deed}/", *[302] * 5)
        for deed in ("restore", "delete", "empty")
    ),
    own("my-galleries", "/galleries/"),
    private("gallery-edit", "/galleries/{gallery}/", "get"),
    Row("gallery-edit", "get", "/galleries/{open}/", 200, 403, 302, 403, 403),
    *(
        row
        for deed in ("items", "delete")
        for row in (
            private(f"gallery-{deed}", f"/galleries/{{gallery}}/{deed}/"),
            visible(f"gallery-{deed}", f"/galleries/{{open}}/{deed}/"),
        )
    ),
    Row("avatar-remove", "post", "/account/avatar/remove/", *[302] * 5),
    # The query only makes something of alice.
    Row("person", "get", "/people/alice/?{private}", 200, 404, 404, 404, 404),
    Row("person", "get", "/people/alice/?{hidden}", 200, 404, 404, 404, 404),
    open_to_all("person", "/people/alice/?{public}"),
    Row("gallery", "get", "/people/alice/{closed_slug}/", 200, 404, 404, 404, 404),
    Row("gallery", "get", "/people/alice/{hidden_slug}/", 200, 404, 404, 200, 200),
    *(
        open_to_all("gallery", f"/people/alice/{{open_slug}}/?layout={layout}")
        for layout in Gallery.Layout.values
    ),
    private("artwork-share", "/artworks/{private}/share/", "get"),
    Row("artwork-share", "get", "/artworks/{public}/share/", 200, 403, 302, 403, 403),
    private("gallery-share", "/galleries/{gallery}/share/", "get"),
    Row("gallery-share", "get", "/galleries/{open}/share/", 200, 403, 302, 403, 403),
    own("my-links", "/links/"),
    private("link", "/links/{link}/", "get"),
    private("link-qr", "/links/{link}/qr/", "get"),
    private("link-revoke", "/links/{link}/revoke/"),
    open_to_all("share", "/s/{shared}/"),
    open_to_all("share-artwork", "/s/{shared:file}/"),
    open_to_all("share-artwork", "/s/{revoked:file}/", 410),
    *(
        open_to_all("share", f"/s/{{shared_gallery}}/?layout={layout}")
        for layout in Gallery.Layout.values
    ),
    open_to_all("share-artwork", "/s/{shared_gallery:file}/"),
    # The page asks for the password.
    open_to_all("share", "/s/{locked}/"),
    open_to_all("share", "/s/{expired}/", 410),
    open_to_all("share", "/s/{revoked}/", 410),
    Row("share-unlock", "post", "/s/{locked}/unlock/", *[422] * 5),
    Row("share-unlock", "post", "/s/{revoked}/unlock/", *[410] * 5),
    open_to_all("studio", "/studio/"),
    Row("studio", "post", "/studio/", *[422] * 5),
    Row("trying-begin", "post", "/trying/begin/", *[204] * 5),
    Row("trying-delete", "post", "/trying/delete/", *[302] * 5),
    open_to_all("studio-license", "/studio/license/?style=great-wave"),
    own("jobs", "/jobs/"),
    private("job", "/jobs/{job}/", "get"),
    *(
        private(f"job-{deed}", f"/jobs/{{job}}/{deed}/")
        for deed in ("cancel", "stop", "retry", "continue", "delete")
    ),
    *(private(f"job-{deed}", f"/jobs/{{made}}/{deed}/") for deed in ("develop", "show")),
    private("revision-delete", "/revisions/{version}/delete/"),
    private("batch", "/batches/{batch}/", "get"),
    private("batch-cancel", "/batches/{batch}/cancel/"),
    own("photos", "/photos/"),
    private("photo-delete", "/photos/{photo}/delete/"),
    operators("operators-queue", "/operators/queue/", "get"),
    operators("operators-pause", "/operators/queue/pause/"),
    operators("operators-resume", "/operators/queue/resume/"),
    operators("operators-drain", "/operators/workers/{worker}/drain/"),
    operators("operators-return", "/operators/workers/{worker}/return/"),
    operators("operators-test-picture", "/operators/test-picture/"),
    curators("operators-pictures", "/operators/pictures/", "get"),
    curators("operators-pictures-fetch", "/operators/pictures/fetch/"),
    curators("operators-pictures-cancel", "/operators/pictures/{worker}/cancel/", done=404),
    open_to_all("styles", "/styles/"),
    open_to_all("style", "/styles/great-wave/"),
    Row("style", "get", "/styles/sketch/", 404, 404, 404, 404, 200),
    Row("style", "get", "/styles/{style}/", 200, 404, 404, 404, 404),
    Row("style-favorite", "post", "/styles/great-wave/favorite/", *[302] * 5),
    private("style-favorite", "/styles/{style}/favorite/"),
    own("my-styles", "/my/styles/"),
    Row("my-styles", "post", "/my/styles/", 422, 422, 302, 422, 422),
    *(
        private(f"my-style-{deed}", f"/my/styles/{{style}}/{deed}/")
        for deed in ("change", "offer", "take-back", "delete")
    ),
    own("profile", "/account/"),
    signed_out("account_signup", "/account/signup/"),
    signed_out("account_login", "/account/login/"),
    own("account_logout", "/account/logout/"),
    open_to_all("account_inactive", "/account/inactive/"),
    own("account_email", "/account/email/"),
    open_to_all("email-confirm", "/account/email/confirm/x/", 410),
    Row("email-proof-request", "post", "/account/email/proof/", *[302] * 5),
    open_to_all("email-proof", "/account/email/proof/x/", 410),
    own("account_change_password", "/account/password/change/"),
    Row("account_set_password", "get", "/account/password/set/", *[302] * 5),
    open_to_all("account_reset_password", "/account/password/reset/"),
    open_to_all("account_reset_password_done", "/account/password/reset/done/"),
    open_to_all("account_reset_password_from_key", "/account/password/reset/key/1-x/"),
    open_to_all("account_reset_password_from_key_done", "/account/password/reset/key/done/"),
    own("sessions", "/account/sessions/"),
    private("session-end", "/account/sessions/{session}/end/"),
    Row("sessions-end-others", "post", "/account/sessions/end-others/", *[302] * 5),
    own("tokens", "/account/tokens/"),
    private("token-revoke", "/account/tokens/{token}/revoke/"),
    Row("set_language", "post", "/i18n/setlang/", *[302] * 5),
    open_to_all("healthz", "/healthz"),
    open_to_all("readyz", "/readyz", 404),
]
MEDIA = [
    *(
        file("photo-file", f"/media/photos/{{photo}}/{variant}/")
        for variant in ("original", "preview", "thumb")
    ),
    file("job-preview", "/media/jobs/{done}/preview/1/"),
    file("job-result", "/media/jobs/{done}/result/"),
    file("job-result", "/media/jobs/{done}/result/?download=1"),
    file("job-painting", "/media/jobs/{made}/painting/"),
    file("job-mask", "/media/jobs/{masked}/mask/"),
    Row("job-mask", "get", "/media/jobs/{made}/mask/", *[404] * 5),
    file("revision-file", "/media/revisions/{version}/"),
    file("proof-tile", "/media/proofs/{tile}/"),
    file("sketch-file", "/media/sketches/{drawn}/"),
    *(
        row
        for variant in ("full", "preview", "thumb", "link-preview")
        for row in (
            file("artwork-file", f"/media/artworks/{{private}}/{variant}/"),
            open_to_all("artwork-file", f"/media/artworks/{{public}}/{variant}/"),
            moderated("artwork-file", f"/media/artworks/{{hidden}}/{variant}/"),
        )
    ),
    file("trash-file", "/media/trash/{trashed}/"),
    file("artwork-file", "/media/artworks/{public}/before/"),
    # An empty one sends its owner back.
    Row("gallery-archive", "get", "/media/galleries/{gallery}/archive/", 302, 404, 404, 404, 404),
    open_to_all("gallery-archive", "/media/galleries/{filled}/archive/"),
    open_to_all("artwork-file", "/media/artworks/{with_photo}/before/"),
    *(
        row
        for variant in ("full", "preview", "thumb", "link-preview")
        for row in (
            open_to_all("share-file", f"/s/{{shared:file}}/{variant}/"),
            open_to_all("share-file", f"/s/{{shared_gallery:file}}/{variant}/"),
            file("share-file", f"/s/{{locked:file}}/{variant}/"),
            open_to_all("share-file", f"/s/{{expired:file}}/{variant}/", 404),
            open_to_all("share-file", f"/s/{{revoked:file}}/{variant}/", 404),
        )
    ),
    open_to_all("share-file", "/s/{shared:file}/before/", 404),
    open_to_all("share-archive", "/s/{shared_gallery}/archive/"),
    # It names one artwork.
    open_to_all("share-archive", "/s/{shared}/archive/", 404),
    # The page asks for the password.
    Row("share-archive", "get", "/s/{locked}/archive/", 404, 200, 200, 200, 200),
    open_to_all("share-archive", "/s/{expired}/archive/", 410),
    open_to_all("share-archive", "/s/{revoked}/archive/", 410),
    *(
        open_to_all("style-file", f"/media/styles/great-wave/{variant}/")
        for variant in ("full", "thumb", "link-preview")
    ),
    Row("style-file", "get", "/media/styles/sketch/link-preview/", 404, 404, 404, 404, 200),
    Row("style-file", "get", "/media/styles/sketch/full/", 404, 404, 404, 404, 200),
    *(file("style-file", f"/media/styles/{{style}}/{variant}/") for variant in ("full", "thumb")),
]
# Enough for every form but that of the studio.
