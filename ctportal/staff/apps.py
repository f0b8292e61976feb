from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "ctportal.staff"
    label = "staff"
