"""What counts as an answer at the door, as a whole message, in each language (SAFETY A1).

English counts always, and beside it the language in which the person is spoken to and no other:
whoever says yes has read what they agree to. Words as `said` leaves them: without case, accents
and marks. Nothing here knows on which screen they are said.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from bot.policy.matching import plain


class Answer(StrEnum):
    NO = "no"
    READ = "read"
    BACK = "back"
    DONE = "done"
    NEXT = "next"
    YES = "yes"
    MEMORY = "memory"
    INTIMATE = "intimate"


ANSWERS: Mapping[str, Mapping[Answer, str]] = MappingProxyType(
    {
        "en": {
            Answer.NO: "no | n | nope | nah | no thanks | no thank you | not now | i do not agree"
            " | i don't agree | i disagree | no i am not | no i'm not | leave | stop | erase | cancel"
            " | quit | exit | end | bye | goodbye | red",
            Answer.READ: "read | read again | again | show again | show me again | reread | repeat"
            " | begin",
            Answer.BACK: "back | go back | previous | before",
            Answer.DONE: "done | ready | that is all | that's all | finished | come in | enter",
            Answer.NEXT: "next | go on | continue | ok | okay | i read it | read it | got it | understood"
            " | proceed",
            Answer.YES: "yes | y | yep | yeah | yup | yes please | yes i am | yes i do | yes i agree | i agree"
            " | agree | agreed | i am and i agree | yes i am and i agree | yes to both | yes both"
            " | yes yes | yes and yes | i confirm | yes i confirm | yes i'm an adult and i agree"
            " | yes i am an adult and i agree | i am an adult and i agree"
            " | i am 18 or older and i agree | i'm 18 or older and i agree"
            " | yes i am 18 or older and i agree | yes i'm 18 or older and i agree",
            Answer.MEMORY: "memory",
            Answer.INTIMATE: "intimate | intimate memory",
        },
        "de": {
            Answer.NO: "nein | nee | nö | nein danke | nicht jetzt | ich stimme nicht zu | nein bin ich nicht"
            " | gehen | abbrechen | aufhören | ende | tschüss | rot",
            Answer.READ: "lesen | nochmal | noch mal | noch einmal | nochmal lesen | noch einmal lesen"
            " | wiederholen",
            Answer.BACK: "zurück | vorher",
            Answer.DONE: "fertig | bereit | das ist alles | das war's | hinein | herein",
            Answer.NEXT: "weiter | gelesen | ich habe es gelesen | verstanden | alles klar",
            Answer.YES: "ja | j | jap | jawohl | ja bitte | ja bin ich | ja ich stimme zu | ich stimme zu"
            " | ja beides | ja zu beidem | ja ja | ja und ja | ich bestätige | ja ich bestätige"
            " | ich bin volljährig und stimme zu | ja ich bin volljährig und stimme zu"
            " | ich bin 18 oder älter und stimme zu | ja ich bin 18 oder älter und stimme zu",
            Answer.MEMORY: "erinnerung | gedächtnis",
            Answer.INTIMATE: "intim | intimes | intime erinnerung",
        },
        "fr": {
            Answer.NO: "non | nan | non merci | pas maintenant | je ne suis pas d'accord | non je ne le suis"
            " pas | quitter | partir | annuler | arrêter | fin | au revoir | rouge",
            Answer.READ: "lire | relire | encore | revoir | répéter",
            Answer.BACK: "retour | revenir | précédent | avant",
            Answer.DONE: "terminé | fini | prêt | prête | c'est tout | entrer",
            Answer.NEXT: "d'accord | suite | suivant | suivante | continuer | lu | j'ai lu | compris",
            Answer.YES: "oui | o | ouais | oui s'il te plaît | oui je le suis | oui je suis d'accord"
            " | je suis d'accord | oui d'accord | oui aux deux | oui oui | oui et oui"
            " | je confirme | oui je confirme | je suis majeur et d'accord"
            " | je suis majeure et d'accord | oui je suis majeur et d'accord"
            " | oui je suis majeure et d'accord | j'ai 18 ans ou plus et je suis d'accord"
            " | oui j'ai 18 ans ou plus et je suis d'accord",
            Answer.MEMORY: "mémoire",
            Answer.INTIMATE: "intime | mémoire intime",
        },
        "es": {
            Answer.NO: "no | no gracias | ahora no | no estoy de acuerdo | no acepto | no lo soy | salir"
            " | cancelar | parar | fin | adiós | rojo",
            Answer.READ: "leer | releer | otra vez | de nuevo | repetir",
            Answer.BACK: "atrás | volver | anterior | antes",
            Answer.DONE: "listo | lista | hecho | terminado | eso es todo | entrar",
            Answer.NEXT: "vale | siguiente | seguir | continuar | leído | lo he leído | lo leí | entendido",
            Answer.YES: "sí | s | sí por favor | sí lo soy | sí estoy de acuerdo | estoy de acuerdo | sí acepto"
            " | acepto | sí a las dos | sí a ambas | sí sí | sí y sí | confirmo | sí confirmo"
            " | soy mayor de edad y acepto | sí soy mayor de edad y acepto"
            " | tengo 18 años o más y acepto | sí tengo 18 años o más y acepto"
            " | tengo 18 años o más y estoy de acuerdo | sí tengo 18 años o más y estoy de acuerdo",
            Answer.MEMORY: "memoria",
            Answer.INTIMATE: "íntima | íntimo | memoria íntima",
        },
        "pt": {
            Answer.NO: "não | não obrigado | não obrigada | agora não | não concordo | não aceito | não sou"
            " | sair | cancelar | parar | fim | tchau | adeus | vermelho",
            Answer.READ: "ler | reler | de novo | outra vez | repetir",
            Answer.BACK: "voltar | anterior | antes",
            Answer.DONE: "pronto | pronta | feito | concluído | terminei | é tudo | é só isso | entrar",
            Answer.NEXT: "próximo | próxima | seguinte | seguir | continuar | li | já li | entendi",
            Answer.YES: "sim | s | sim por favor | sim sou | sim concordo | concordo | sim aceito | aceito"
            " | sim às duas | sim para as duas | sim sim | sim e sim | confirmo | sim confirmo"
            " | sou maior de idade e concordo | sim sou maior de idade e concordo"
            " | tenho 18 anos ou mais e concordo | sim tenho 18 anos ou mais e concordo",
            Answer.MEMORY: "memória",
            Answer.INTIMATE: "íntima | íntimo | memória íntima",
        },
        "ja": {
            Answer.NO: "いいえ | いや | やめる | やめます | やめておきます | 同意しません | 違います | 今はいい"
            " | キャンセル | 終了 | さようなら | 赤",
            Answer.READ: "読む | もう一度 | もう一度読む | 読み直す",
            Answer.BACK: "戻る | 前へ | 前",
            Answer.DONE: "完了 | できました | 以上 | 以上です | 入る",
            Answer.NEXT: "次 | 次へ | 進む | 続ける | 読みました | 分かりました | わかりました",
            Answer.YES: "はい | ええ | はい同意します | 同意します | 同意する | はいそうです | はい両方"
            " | 18歳以上で同意します | はい18歳以上で同意します"
            " | 18歳以上です同意します | はい18歳以上です同意します",
            Answer.MEMORY: "記憶",
            Answer.INTIMATE: "親密 | 親密な記憶",
        },
    }
)


SHOWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "de": {"next": "weiter", "back": "zurück", "yes": "ja", "no": "nein", "done": "fertig"},
        "fr": {"next": "suite", "back": "retour", "yes": "oui", "no": "non", "done": "terminé"},
        "es": {"next": "siguiente", "back": "atrás", "yes": "sí", "no": "no", "done": "listo"},
        "pt": {"next": "próximo", "back": "voltar", "yes": "sim", "no": "não", "done": "pronto"},
        "ja": {"next": "次へ", "back": "戻る", "yes": "はい", "no": "いいえ", "done": "完了"},
    }
)
"""As the screens write them; what is missing here, they write in English."""


def shown(word: str, language: str) -> str:
    """The word that a screen in this language tells people to write."""
    return SHOWN.get(language, {}).get(word, word)


def read_answer(text: str, language: str) -> Answer | None:
    """None for whatever else is said: the door asks again."""
    words = said(text)
    # A mark between two words leaves a space, which Japanese does not write.
    own = words.replace(" ", "") if language == "ja" else words
    return _answers("en").get(words) or _answers(language).get(own)


def said(text: str) -> str:
    letters = "".join(sign if sign.isalnum() or sign in "' " else " " for sign in plain(text[:200]))
    return " ".join(letters.split()).strip("'")


@cache
def _answers(language: str) -> Mapping[str, Answer]:
    return {
        said(phrase): answer
        for answer, phrases in ANSWERS.get(language, {}).items()
        for phrase in phrases.split(" | ")
    }
