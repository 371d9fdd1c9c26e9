"""The pages people open, by who they are."""

from django.urls import include, path

from dispatch.pages import elder, home, phone, relative, track, wall, worker

urlpatterns = [
    path("", home.index, name="home"),
    path("sign-in/", home.SignIn.as_view(), name="sign-in"),
    path("sign-out/", home.sign_out, name="sign-out"),
    path("phone/", phone.index, name="phone"),
    path("track/<str:token>/", track.index, name="track"),
    path("track/<str:token>/now/", track.region, name="track-now"),
    path("family/", relative.index, name="family"),
    path("family/now/", relative.region, name="family-now"),
    path("tv/", elder.television, name="tv"),
    path("elder/", elder.index, name="elder"),
    path("elder/now/", elder.region, name="elder-now"),
    path("elder/help/", elder.help_now, name="elder-help"),
    path("elder/unwell/", elder.unwell, name="elder-unwell"),
    path("elder/family/", elder.put_me_through, name="elder-family"),
    path("elder/well/", elder.i_am_well, name="elder-i-am-well"),
    path("elder/order/<slug:code>/", elder.order, name="elder-order"),
    path("elder/requests/<int:pk>/cancel/", elder.cancel, name="elder-cancel"),
    path("elder/requests/<int:pk>/well/", elder.all_is_well, name="elder-well"),
    path("worker/", worker.index, name="worker"),
    path("worker/now/", worker.region, name="worker-now"),
    path("worker/duty/", worker.set_duty, name="worker-duty"),
    path("worker/offers/<int:pk>/accept/", worker.accept, name="worker-accept"),
    path("worker/offers/<int:pk>/decline/", worker.decline, name="worker-decline"),
    path("worker/visits/<int:pk>/depart/", worker.depart, name="worker-depart"),
    path("worker/visits/<int:pk>/arrive/", worker.arrive, name="worker-arrive"),
    path("worker/visits/<int:pk>/finish/", worker.finish, name="worker-finish"),
    path("worker/visits/<int:pk>/release/", worker.release, name="worker-release"),
    path("wall/", wall.index, name="wall"),
    path("wall/now/", wall.region, name="wall-now"),
    path("wall/town/", wall.town_region, name="wall-town"),
    path("console/", include("dispatch.pages.console_urls")),
]
