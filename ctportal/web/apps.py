from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "ctportal.web"
    label = "web"
