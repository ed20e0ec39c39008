from django.urls import include, path, re_path

from . import views

of_a_room = [
    path("", views.dashboard, name="room"),
    path("about/", views.about, name="room_about"),
    path("members/", views.add_member, name="room_add_member"),
    path("person/", views.person, name="room_person"),
    path("messages/<int:message_id>/report/", views.report, name="report"),
]

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("new-room/", views.new_room, name="new_room"),
    re_path(r"^rooms/(?P<slug>[-\w]+)/", include(of_a_room)),
]
