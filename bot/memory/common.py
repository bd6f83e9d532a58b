"""Words that tell nothing of what a sentence is about, and forms that no ending tells: data.

Words that another of the languages needs (the German "war", which is English for war) stand in no
list: how seldom a word is tells more about it than a list does.
"""

_ENGLISH = """
    a about after again all also am an and any are aren as at be because been before being between
    both but by can could couldn d did didn do does doesn doing don down during each few for from
    further had hadn has hasn have haven having he her here hers him his how i if in into is isn it
    its just kind ll m many may me might more most much must my no nor not of off on once only or
    other our out over own re s same she should shouldn so some such t than that the their them
    then there these they this those through to too under until up ve very was wasn we were weren
    what when where which while who whom whose why will with won would wouldn you your yours
"""
_GERMAN = """
    aber alle als am auch auf aus bei bin bis bist da dann das dass dein deine dem den denn der des
    dich dir doch du ein eine einem einen einer eines er es euch fur habe haben hast hatte ich ihm
    ihn ihr ihre im immer ist ja jetzt kann mal mein meine meinem meinen meiner mich mir mit nach
    nicht noch nur oder ob schon sehr sein seine sich sie sind so um und uns unser vom von vor wann
    warum weisst welche welcher wenn wer wie wieder wir wird wo zu zum zur
"""
_SPANISH = """
    al algo como con cual cuando de del desde donde el ella ellas ellos en era eres es esa ese eso
    esta estaba estan estas este esto estoy fue ha habia han has hasta hay he la las le les lo los
    mas mi mis muy nada no nos o para pero por porque que quien se ser si sin sobre son su sus
    tambien te tengo tiene tu tus un una uno unos y ya yo
"""
_FRENCH = """
    ai as au aux avec avez avoir avons c ce ces cet cette comme d dans de des deux dit donc du elle
    elles en es est et etait ete etre eux il ils j je l la le les leur leurs lui ma mais me meme mes
    moi mon n ne nos notre nous on ont ou par pas plus pour qu quand que quel quelle qui quoi sa
    sans se ses si sont sur ta te tes toi ton tu un une vos votre vous y
"""
_PORTUGUESE = """
    ao aos as com como da das de dela dele do dos e ela elas ele eles em entre era essa esse esta
    estava este estou eu foi ja la lhe mais mas me mesmo meu meus minha minhas muito na nao nas no
    nos o os ou para pela pelo por qual quando que quem sao se sem ser seu seus sua suas tambem te
    tem tenho teu teus tua tuas tu um uma voce
"""
COMMON = frozenset(f"{_ENGLISH}{_GERMAN}{_SPANISH}{_FRENCH}{_PORTUGUESE}".split())
"""Folded, as `words` folds them."""

_FORMS = """
    become became, begin began begun, break broke broken, bring brought, build built, buy bought,
    catch caught, child children, choose chose chosen, come came, do done, draw drew drawn, dream
    dreamt, drive drove driven, eat ate eaten, fall fell fallen, feel felt, find found, fly flew
    flown, foot feet, get got gotten, give gave given, go went gone goes, grow grew grown, hear
    heard, hide hid hidden, hold held, keep kept, know knew known, lead led, learn learnt, leave
    left, life lives, lose lost, make made, man men, meet met, mouse mice, pay paid, ride rode
    ridden, run ran, say said, see saw seen, sell sold, send sent, shoot shot, sing sang sung, sleep
    slept, speak spoke spoken, spend spent, stand stood, steal stole stolen, stick stuck, swim swam,
    take took taken, teach taught, tell told, think thought, understand understood, wake woke
    woken, wear wore worn, wife wives, win won, woman women, write wrote written
"""
FORM_OF = {
    form: first for first, *forms in (line.split() for line in _FORMS.split(",")) for form in forms
}
