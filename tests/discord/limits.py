"""Discord's limits as one table, each with the page of its documentation that says it."""

# Page "Message" (Create Message)
CONTENT = 2000
EMBEDS = 10
NONCE = 25
# The same page says "the past few minutes"
NONCE_S = 300.0
ATTACHMENTS = 10
# Page "Reference" (Uploading Files)
FILE = 10 << 20
# Page "Message" (Allowed Mentions Object)
MENTIONS = 100
# Page "Message" (Embed Limits)
EMBED_TEXT = {"title": 256, "description": 4096}
EMBED_FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
FOOTER = 2048
AUTHOR = 256
EMBEDS_TOTAL = 6000
# Page "Component Reference" (Action Row, Button, String Select, Text Input, Legacy components)
ROWS = 5
BUTTONS_IN_ROW = 5
CUSTOM_ID = 100
BUTTON_LABEL = 80
BUTTON_URL = 512
OPTIONS = 25
OPTION_TEXT = 100
PLACEHOLDER = 150
TEXT_INPUT = 4000
TEXT_PLACEHOLDER = 100
LABEL = 45
LABEL_MORE = 100
# The same page (File Upload, Radio Group, Checkbox Group)
CHOSEN = 10
COMPONENTS_V2 = 40
# Page "Receiving and Responding" (Modal, Autocomplete, interaction tokens)
MODAL_TITLE = 45
MODAL_PARTS = 5
AUTOCOMPLETE = 25
ANSWER_WITHIN_S = 3.0
TOKEN_S = 15 * 60.0
# The same page (Create Followup Message), where the app is a person's alone
FOLLOW_UPS = 5
# Page "Application Commands" (structures, Registering a Command, Slash Commands)
NAME = 32
DESCRIPTION = 100
COMMAND_OPTIONS = 25
CHOICES = 25
COMMANDS = {1: 100, 2: 15, 3: 15}
COMMAND_TOTAL = 8000
OPTION_LENGTH = 6000
# Page "Webhook" (Create Webhook, Execute Webhook)
WEBHOOK_NAME = 80
# Page "Opcodes and Status Codes" (30007, 30010)
WEBHOOKS = 15
REACTIONS = 20
# Page "Reference" (Locales)
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
# Page "Gateway" (Rate Limiting)
GATEWAY_EVENTS = 120
GATEWAY_WINDOW_S = 60.0
