"""A bare Django view of 15 kB, the yardstick: what the same server achieves on this machine without any work."""

from django.http import HttpResponse
from django.urls import path

PAGE = (b"<!doctype html><title>Yardstick</title><p>" + b"As long as a page, and always the same. " * 400)[:15_000]


def yardstick(request):
    return HttpResponse(PAGE)


urlpatterns = [path("", yardstick)]
