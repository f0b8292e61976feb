from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("ctportal.web.health.urls")),
    path("admin/", admin.site.urls),
]
