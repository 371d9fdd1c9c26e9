"""The house's own settings; only passwords are hashed quickly.

Each account and each sign-in took a second of processor: a third of what the browser tests took.
"""

from config.settings import *

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of who wrote with the settings themselves
]
