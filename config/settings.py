"""Every setting, from the environment alone. `docs/operations.md` lists them with their meaning.

The presence of `DATABASE_URL` and `REDIS_URL` switches from the embedded to the production
way of running; `config/checks*.py` refuse half a configuration.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from config.keys import demo_key
from config.logging import logging_config

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Everything that a running house writes: the SQLite database, the demo's card, collected files.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- how this process runs -------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SIMULATOR = env.bool("SIMULATOR", default=DEMO)
SECRET_KEY = env.str("SECRET_KEY", default="") or (demo_key(VAR_DIR) if DEMO else "")
# What personal data is encrypted with, newest first; a copy of the database is worthless without.
FIELD_KEYS = env.list("FIELD_KEYS", default=[SECRET_KEY] if DEMO else [])
PORT = env.int("PORT", default=8000)
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
BEHIND_TLS = PUBLIC_BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_BASE_URL).hostname or "", "127.0.0.1", "localhost"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "ninja",
    "elders",
    "providers",
    "telephony",
    "tracking",
    "dispatch",
    "config",
]
AUTH_USER_MODEL = "elders.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.Zipped",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.AnyAddress",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.middleware.RequestContext",
    "config.middleware.Errors",
]
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- where things are kept -------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES = {
    "default": env.db_url_config(DATABASE_URL or f"sqlite:///{VAR_DIR.resolve() / 'one.sqlite3'}")
}
_db = DATABASES["default"]
_db.setdefault("OPTIONS", {})
if _db["ENGINE"].endswith("sqlite3"):
    _db["ENGINE"] = "config.sqlite"
    _db["OPTIONS"] |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: an acknowledged alarm must survive a power cut (NORMAL may lose the last commits).
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    }
else:
    _db["CONN_MAX_AGE"] = 0
    # A machine that vanishes without a word is given up after 20 s; the kernel alone would wait a
    # quarter of an hour (tcp_retries2). One that only stands still acknowledges, and is waited for.
    _db["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
        **_db["OPTIONS"],
    }
    _db["OPTIONS"] |= {
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", default=16), "timeout": 10},
        "prepare_threshold": 1_000_000,  # only what asks for it (tracking/statements.py)
    }

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # As dispatch/live/outage.py: who hangs is not waited for.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- the calls that go up the house ----------------------------------------------------------
CALL_FLOW = "dispatch.hotline.Hotline"
ALARM_FLOW = "dispatch.intake.Alarms"
# Rung inside a transaction; once it is committed the worker looks at what is due, at once.
BELL = "config.bell.ring"
# Twilio: the account switches it on; config/checks_telephone.py names what is missing beside it.
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_AUTH_TOKEN_SECONDARY = env.str("TWILIO_AUTH_TOKEN_SECONDARY", default="")
TWILIO_NUMBER = env.str("TWILIO_NUMBER", default="")
TWILIO_FALLBACK_NUMBER = env.str("TWILIO_FALLBACK_NUMBER", default="")
TWILIO_PUBLIC_BASE_URL = env.str("TWILIO_PUBLIC_BASE_URL", default=PUBLIC_BASE_URL).rstrip("/")
TWILIO_API_KEY_SID = env.str("TWILIO_API_KEY_SID", default="")
TWILIO_API_KEY_SECRET = env.str("TWILIO_API_KEY_SECRET", default="")
TWILIO_CALLS_PER_S = env.float("TWILIO_CALLS_PER_S", default=1.0)
TWILIO_API_URL = env.str("TWILIO_API_URL", default="https://api.twilio.com").rstrip("/")
# Who carries calls and texts, in order of preference. The simulator's numbers are invented: while
# it is on, no real telephone is rung by them.
CARRIERS = [
    path
    for path, is_on in (
        ("telephony.carriers.simulator.carrier.Simulator", SIMULATOR),
        ("telephony.carriers.twilio.carrier.Twilio", TWILIO_ACCOUNT_SID),
    )
    if is_on
]

# --- web push -------------------------------------------------------------------------------
# By what push services know this house; `manage.py make_push_keys` makes the pair.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_PUBLIC_KEY = env.str("VAPID_PUBLIC_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")
# Where a test listens, as host:port; only on loopback.
PUSH_TEST_HOSTS = env.list("PUSH_TEST_HOSTS", default=[])

# --- Asterisk --------------------------------------------------------------------------------
AMI_HOST = env.str("AMI_HOST", default="")
AMI_PORT = env.int("AMI_PORT", default=5038)
AMI_USER = env.str("AMI_USER", default="")
AMI_SECRET = env.str("AMI_SECRET", default="")
AMI_PERMIT = env.str("AMI_PERMIT", default="127.0.0.1/255.255.255.255")
# What `manage.py asterisk_config` writes into Asterisk's own files.
SIP_BIND = env.str("SIP_BIND", default="0.0.0.0:5060")
SIP_TRUNK = env.str("SIP_TRUNK", default="")
SIP_TRUNK_USER = env.str("SIP_TRUNK_USER", default="")
SIP_TRUNK_PASSWORD = env.str("SIP_TRUNK_PASSWORD", default="")
SIP_WS_BIND = env.str("SIP_WS_BIND", default="127.0.0.1:8088")
SIP_RTP_PORTS = env.str("SIP_RTP_PORTS", default="10000-20000")
SIP_PHONES = env.str("SIP_PHONES", default="webrtc")
# How a number outside is dialled; `{number}` is E.164.
SIP_DIAL = env.str("SIP_DIAL", default="PJSIP/{number}@trunk")
# Sentences as sound, and the program that speaks them: text on standard input, WAV on output.
PROMPTS_DIR = Path(env.str("PROMPTS_DIR", default=str(VAR_DIR / "prompts")))
SPEECH_COMMAND = env.str("SPEECH_COMMAND", default=str(BASE_DIR / "deploy/asterisk/speak"))
if AMI_HOST and AMI_USER and AMI_SECRET:
    CARRIERS = [*CARRIERS, "telephony.carriers.asterisk.carrier.Asterisk"]

# --- the device gateway ----------------------------------------------------------------------
# Where it listens, and on which ports; an empty one or 0 is not opened.
GATEWAY_HOST = env.str("GATEWAY_HOST", default="127.0.0.1")
GATEWAY_CONNECTIONS = env.int("GATEWAY_CONNECTIONS", default=20_000)
GATEWAY_PORTS = {
    name: int(port or 0)
    for name, port in {
        "watch": env.str("WATCH_PORT", default="5093"),
        "gt06": env.str("GT06_PORT", default="5023"),
        "jt808": env.str("JT808_PORT", default="5015"),
        "h02": env.str("H02_PORT", default="5013"),
        "sia": env.str("SIA_PORT", default="50000"),
        "scaip": env.str("SCAIP_PORT", default="5080"),
    }.items()
}

# --- the town --------------------------------------------------------------------------------
TIME_ZONE = env.str("TOWN_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True
LANGUAGE_CODE = env.str("TOWN_LANGUAGE", default="zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "dispatch" / "locale"]
USE_I18N = True
HOTLINE_NUMBER = env.str("HOTLINE_NUMBER", default="12349")
PHONE_REGION = env.str("PHONE_REGION", default="CN")
# Mobiles that ring when a caller has waited for 60 s and the desk does not answer.
ON_CALL_NUMBERS = env.list("ON_CALL_NUMBERS", default=[])
# Where neither the elder's grid cell nor any cell above it names its own.
PUBLIC_SERVICES = {
    "ambulance": env.str("AMBULANCE_NUMBER", default="120"),
    "police": env.str("POLICE_NUMBER", default="110"),
    "fire": env.str("FIRE_NUMBER", default="119"),
}
# After the worker and the desk, 110 is rung by itself for a visit that lasts too long; only where
# the police have agreed to that.
OVERDUE_RINGS_POLICE = env.bool("OVERDUE_RINGS_POLICE", default=False)
# Where 120, 110 or 119 read texts, as "110=12110,120=+8657188887777".
HANDOVER_TEXT_NUMBERS = env.dict("HANDOVER_TEXT_NUMBERS", default={})
# Calls the trunks carry at the same time; what rings by itself every day takes half at most.
TRUNKS = env.int("TRUNKS", default=30)
# Between which hours of the town day check-ins and satisfaction calls are spread.
CHECKIN_HOURS = env.str("CHECKIN_HOURS", default="07:30-11:00")
SATISFACTION_HOURS = env.str("SATISFACTION_HOURS", default="10:00-19:00")
# Of 5: a visit that is scored below this is opened again in front of a person.
SATISFACTION_LINE = env.float("SATISFACTION_LINE", default=3.0)
# Recording: the caller is told; kept encrypted for so many days.
RECORD_CALLS = env.bool("RECORD_CALLS", default=False)
# Where Asterisk writes sound until it is kept; readable and writable for both.
SPOOL_DIR = Path(env.str("SPOOL_DIR", default=str(VAR_DIR / "spool")))
RECORDING_DAYS = env.int("RECORDING_DAYS", default=90)
# How many days personal data is kept, by kind (dispatch/retention.py); 0 keeps it for good.
CALL_EVENT_DAYS = env.int("CALL_EVENT_DAYS", default=90)
TEXT_DAYS = env.int("TEXT_DAYS", default=180)
CALL_DAYS = env.int("CALL_DAYS", default=730)
CHECKIN_DAYS = env.int("CHECKIN_DAYS", default=365)
SURVEY_DAYS = env.int("SURVEY_DAYS", default=730)
PICTURE_DAYS = env.int("PICTURE_DAYS", default=90)
NOTICE_DAYS = env.int("NOTICE_DAYS", default=90)
SHIFT_DAYS = env.int("SHIFT_DAYS", default=365)
UNKNOWN_DEVICE_DAYS = env.int("UNKNOWN_DEVICE_DAYS", default=90)
# A surge: the present wait is so many times the usual one of so many days. It ends below another
# factor, and lasts so long at least.
SURGE_FACTOR = env.float("SURGE_FACTOR", default=3.0)
SURGE_END_FACTOR = env.float("SURGE_END_FACTOR", default=1.5)
SURGE_LEAST_S = env.int("SURGE_LEAST_S", default=300)
SURGE_DAYS = env.int("SURGE_DAYS", default=28)
NUMBER_VERIFIED_DAYS = env.int("NUMBER_VERIFIED_DAYS", default=90)
# A station's page goes back to its start when nobody has touched it for so long.
STATION_IDLE_S = env.int("STATION_IDLE_S", default=120)

# --- positions -------------------------------------------------------------------------------
# Messages that may wait in a process to be written; beyond that devices are told to come again.
POSITIONS_QUEUE = env.int("POSITIONS_QUEUE", default=20_000)
# What the devices of a protocol measure in where the register says WGS-84: h02=gcj02,watch=bd09.
DATUMS = env.dict("DATUMS", default={})
# The history of where devices were is kept for so many days.
POSITION_DAYS = env.int("POSITION_DAYS", default=90)
# A Traccar server that forwards by MQTT: its broker, its topics, and a token of the desk by which
# it may speak for devices that require their own.
MQTT_URL = env.str("MQTT_URL", default="")
MQTT_TOPICS = env.list("MQTT_TOPICS", default=["positions", "events"])
MQTT_TOKEN = env.str("MQTT_TOKEN", default="")
# Where cells and access points are resolved (Geolocation API of Ichnaea or Google, key and all);
# empty: they are kept and not resolved.
LOCATION_SERVICE_URL = env.str("LOCATION_SERVICE_URL", default="")
# A geocoder of geopy by its name there, and its options, as "domain=osm.town.example,scheme=http".
GEOCODER = env.str("GEOCODER", default="")
GEOCODER_OPTIONS = env.dict("GEOCODER_OPTIONS", default={})

# --- static files ----------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Once `collectstatic` has run, names carry a hash and are cached for ever; before that, files are
# served from where they lie.
STATIC_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.bundles.Bundles",
]

# --- signing in ------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Counted per name and address together, so that nobody can lock an operator out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", default=5)
AXES_COOLOFF_TIME = env.int("SIGN_IN_COOL_OFF_MINUTES", default=10) / 60
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "config.errors.too_many_sign_ins"
AXES_VERBOSE = False  # its own log lines would carry names
AXES_DISABLE_ACCESS_LOG = True

# The WebSocket of Asterisk that operators' browsers register at, as wss://…
SOFTPHONE_WSS_URL = env.str("SOFTPHONE_WSS_URL", default="")
# Where operators' telephones speak with, beside this house.
_softphone = [SOFTPHONE_WSS_URL] if SOFTPHONE_WSS_URL else []
_voice_sdk = ["https://sdk.twilio.com"] if TWILIO_API_KEY_SID else []
if TWILIO_API_KEY_SID:
    _softphone += ["wss://*.twilio.com", "https://*.twilio.com"]

# --- security --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Named, because not every browser counts a socket of the same origin as 'self'.
        "connect-src": [SELF, PUBLIC_BASE_URL.replace("http", "ws", 1), *_softphone],
        "media-src": [SELF, *_voice_sdk],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
# Devices and carriers are answered, never redirected; probes come from inside.
SECURE_REDIRECT_EXEMPT = [r"^positions/", r"^telephony/", r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if BEHIND_TLS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
# Not "no-referrer": with that a browser sends forms with `Origin: null`, which CSRF refuses. Family
# links answer with "no-referrer" themselves.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The domain above and beside ours is the town's to decide about, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- health ----------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # absent: /metrics answers loopback only

# --- logs ------------------------------------------------------------------------------------
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"), plain=DEMO)

# What `manage.py canary` presses and rings from; see dispatch/canaries.py.
CANARY_DEVICE = env.str("CANARY_DEVICE", default="")
CANARY_NUMBER = env.str("CANARY_NUMBER", default="")
