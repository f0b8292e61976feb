"""An account whose password is known, and a count of the passwords that are hashed."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from tests.factories import make_account

PASSWORD = "correct horse battery"


@pytest.fixture
def maria(db):
    account = make_account("publisher", "maria")
    account.set_password(PASSWORD)
    account.save()
    return account


@pytest.fixture
def hashed(monkeypatch):
    """A list with one entry for each password that is hashed from here on."""
    passwords = []
    encode = MD5PasswordHasher.encode

    def counting(self, password, salt):
        passwords.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return passwords


@pytest.fixture
def sign_in(client):
    """A function that posts the form to sign in, and returns the response."""

    def post(typed="wrong", name="maria", client=client, **more):
        return client.post("/admin/login/", {"username": name, "password": typed}, **more)

    return post
