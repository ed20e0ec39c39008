from django.urls import include, path, re_path

from .views import dashboard, people, reports, rooms

of_a_room = [
    path("", dashboard.dashboard, name="room"),
    path("about/", rooms.about, name="room_about"),
    path("members/", rooms.add_member, name="room_add_member"),
    path("person/", people.person, name="room_person"),
    path("messages/<int:message_id>/report/", reports.report, name="report"),
]

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("new-room/", rooms.new_room, name="new_room"),
    re_path(r"^rooms/(?P<slug>[-\w]+)/", include(of_a_room)),
]
