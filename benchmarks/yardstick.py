"""A bare Django view of 15 kB: what this machine does with the same server when there is nothing to do."""

from django.http import HttpResponse
from django.urls import path

PAGE = (b"<!doctype html><title>Yardstick</title><p>" + b"As long as a page, and always the same. " * 400)[:15_000]


def yardstick(request):
    return HttpResponse(PAGE)


urlpatterns = [path("", yardstick)]
