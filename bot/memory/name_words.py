"""By which words names are known, and which capitals are none: data for six languages.

All folded, as `words` folds them.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


RELATIONS = _words("""
    sister brother mother father mom mum mama dad daddy papa parents wife husband spouse fiance
    fiancee girlfriend boyfriend partner ex son daughter child kid baby twin aunt auntie uncle cousin
    niece nephew grandmother grandma granny grandfather grandpa stepmother stepfather stepsister
    stepbrother friend bestie neighbour neighbor boss colleague coworker teacher professor doctor
    dentist therapist coach landlord landlady flatmate roommate housemate crush dog puppy cat kitten
    horse pony rabbit bunny bird parrot hamster guinea turtle tortoise snake goldfish pet car boat
    village town city street river island lake mountain cafe bar pub school band

    schwester bruder mutter vater mutti vati eltern frau mann ehefrau ehemann verlobte verlobter
    freundin freund partnerin sohn tochter kind zwilling tante onkel cousine cousin kusine nichte
    neffe oma opa grossmutter grossvater enkel enkelin nachbarin nachbar chefin chef kollegin kollege
    lehrerin lehrer arztin arzt zahnarztin zahnarzt trainer trainerin vermieter mitbewohnerin
    mitbewohner hund hundin welpe katze kater katzchen pferd pony kaninchen hase vogel papagei
    hamster schildkrote haustier dorf stadt strasse fluss insel see berg kneipe schule

    hermana hermano madre padre mama papa esposa esposo mujer marido novia novio pareja hijo hija
    tia tio prima primo sobrina sobrino abuela abuelo nieta nieto amiga amigo vecina vecino jefa jefe
    colega companera companero maestra maestro profesora profesor doctora dentista perro perra gato
    gata caballo conejo pajaro loro mascota pueblo ciudad calle rio isla lago

    soeur sœur frere mere pere maman femme mari epouse epoux copine copain compagne compagnon
    fils fille tante oncle cousine niece neveu grand-mere grand-pere mamie papi amie ami voisine
    voisin patronne patron cheffe collegue professeure professeur medecin dentiste chien chienne chat
    chatte cheval lapin oiseau perroquet animal village ville rue fleuve ile

    irma irmao mae pai esposa esposo mulher namorada namorado companheira companheiro filho filha
    tia tio prima primo sobrinha sobrinho avo neta neto amiga amigo vizinha vizinho chefe colega
    professora professor medica medico cachorro cachorra cao cadela gato gata cavalo coelho passaro
    papagaio vila cidade rua rio ilha
""")
"""Who or what is told by name: "my sister Ann", "das Dorf Orm"."""

OURS = _words("""
    my our mine mein meine meinem meinen meiner unser unsere unserem unseren unserer mi mis nuestra
    nuestro mon ma mes notre nos meu minha meus minhas nosso nossa
""")

TITLES = _words("""
    mr mrs ms miss mister dr doctor prof professor sir lady lord saint st captain
    herr frau fraulein doktor tante onkel oma opa
    sr sra srta senor senora senorita don dona doctora tia tio abuela abuelo
    m mme mlle monsieur madame mademoiselle tonton tata mamie papi
    senhor senhora seu vovo aunt auntie uncle grandma grandpa granny cousin
""")

IS = _words("is was are s ist war heisst es era est etait e era sao")

CALLED = _words("""
    named namens heisst hiess heissen nennt genannt llama llamaba llamada llamado llaman appelle
    appelait nomme nommee prenomme prenommee chama chamava chamada chamado
""")
"""Behind them a name comes, in whatever letters it is written."""
CALLED_IF = {"called": IS, "is": _words("name"), "was": _words("name"), "ist": _words("name"), "war": _words("name"), "es": _words("nombre"), "era": _words("nombre nome"), "est": _words("nom prenom"), "e": _words("nome")}  # fmt: skip
"""These only behind one of those: "is called", "name is"."""

SAYS = _words("""
    says said asked told thinks wants loves likes hates lives works called came went wrote calls
    knows has had is was wasn isn doesn didn and
    sagt sagte fragt fragte meint will liebt mag wohnt arbeitet kam ging schrieb ruft weiss hat hatte
    dice dijo quiere ama vive trabaja vino fue escribio sabe tiene
    dit demande veut aime habite travaille ecrit sait
    disse diz quer mora trabalha veio foi escreveu sabe tem
""")
"""Who does that at a sentence's beginning has a name, unless the word is a usual one."""

GERMAN = _words("""
    ich und nicht der ein eine einen einem mein meine meinen meiner meinem auf wir habe heute auch
    sie bin sind dem ist heisst hat mit von bei nach fur dass aber oder im zum zur gestern morgen
""")
"""Words that only German has: there every noun has a capital."""
WITH = _words("mit von bei fur ohne wie und als dass besuche treffe kenne vermisse liebe rufe")
"""What stands before a German name without an article."""
NOUN_ENDINGS = ("ung", "heit", "keit", "schaft", "tion", "tat", "nis", "tum", "chen", "en", "er")

JOINTS = _words("de del da do dos la le van von der den di du of ben al")

NO_NAMES = _words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december christmas easter halloween english german
    spanish french portuguese japanese american british european god internet ok okay yes no oh ah
    hi hey hello well so thanks thank please sorry sure maybe yesterday today tomorrow tonight then
    now dear lol omg haha hmm good great nice bad day night morning evening thing things everything
    everybody everyone somebody someone nobody nothing something people work home time life love
    coffee tea food weather music money sleep school rain snow summer winter spring autumn guess let
    never ever always perhaps anyway also still just really actually honestly sadly luckily finally
    one two three four five six seven eight nine ten first last next
    montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz mai juni juli
    oktober dezember weihnachten ostern ja nein danke bitte hallo gestern heute morgen vielleicht
    lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre navidad si hola gracias ayer hoy manana quizas
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout
    septembre octobre novembre decembre noel oui non bonjour salut merci hier demain
    segunda terca quarta quinta sexta sabado janeiro fevereiro marco maio junho julho setembro
    outubro novembro dezembro natal sim nao ola oi obrigado obrigada ontem hoje amanha talvez
    arbeit zeit leben liebe wetter musik geld schlaf schule essen kaffee tee haus wohnung angst spass
    lust gluck ende abend nacht tag woche monat jahr leute
""")

RELATIONS_JA = "妹|姉|兄|弟|母|父|妻|夫|嫁|旦那|彼女|彼氏|恋人|息子|娘|子|友達|友人|親友|同僚|上司|先輩|後輩|先生|祖母|祖父|叔母|叔父|従姉妹|いとこ|隣人|犬|猫|馬|鳥|ペット|町|村|街|島"  # fmt: skip
HONORIFICS_JA = "さん|ちゃん|くん|君|さま|様|先生|先輩"
NO_NAMES_JA = frozenset(["母", "父", "兄", "姉", "妹", "弟", "皆", "医者", "客", "赤", "坊", "婆", "爺", "奥", "娘", "息子", "神", "お母", "お父", "お兄", "お姉", "猫", "犬", "名前", "隣", "叔母", "叔父", "祖母", "祖父", "お客", "旦那", "たく", "みな", "一", "何"])  # fmt: skip
