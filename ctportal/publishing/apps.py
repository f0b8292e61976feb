from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "ctportal.publishing"
    label = "publishing"
