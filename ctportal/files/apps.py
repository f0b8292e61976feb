from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "ctportal.files"
    label = "files"
