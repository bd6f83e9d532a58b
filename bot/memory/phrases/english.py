"""English, as `language` says."""

from bot.memory.phrases.language import Language

ENGLISH = Language(
    phrases=r"""
name name: my (?:(?:real|full|first|own|actual) )?name(?:'s| is) (?P<v>.+)
called name: (?:(?:you|they|everyone|everybody|people|my friends|friends) )?(?:(?:can|may|could|should|all|usually|just|always|please) )*call me (?P<v>.+)
called name: i(?:'m called| am called| go by) (?P<v>.+)
home place!: i (?:no longer|don't|do not) live in (?P<v>.+?)(?: any ?more| any longer)?$
home place: i(?:'m| am)? (?:(?:now|currently|still|actually|also) )*(?:live|living)(?: now)? (?:in|near) (?P<v>.+)
home place: i(?:'ve| have)? (?:(?:just|recently|finally|now) )*moved (?:back )?to (?P<v>.+)
origin place: i(?:'m| am| come)(?: originally)? from (?P<v>.+)
origin place: i (?:was born|grew up) in (?P<v>.+)
job thing!: i(?:'m| am) no longer (?:an? )?(?P<v>{job})
job thing!: i(?:'m| am) not an? (?P<v>{job}) any ?more
job thing!: i (?:no longer|don't|do not) work as an? (?P<v>.+?)(?: any ?more| any longer)?$
job thing: i (?:(?:now|currently|still) )?work(?:ing)? as an? (?P<v>.+)
job thing: i(?:'m| am) (?:(?:now|currently|still) )?working as an? (?P<v>.+)
job thing: i(?:'m| am|'ve been| have been) (?:(?:now|currently|still) )?an? (?P<v>(?:\w+ )?{job})\b
study thing: i(?:'m| am)? (?:(?:now|currently|still) )?study(?:ing)? (?P<v>.+)
birthday date: my birthday(?:'s| is)(?: on)? (?P<v>.+)
birthday date: i was born on (?P<v>.+)
birthday date: (?P<v>today|tomorrow) is my birthday
birthday date: it(?:'s| is) my birthday (?P<v>today|tomorrow)
family name: my (?:\w+ )?(?P<who>{who})(?: (?:with|who|from|in|of) .{1,40}?)?(?:'s name is|'s called|'s named| is called| is named) (?P<v>.+)
family name: (?:the name of my|my) (?:\w+ )?(?P<who>{who})(?:'s name)? is called (?P<v>.+)
family name: i(?:'ve| have)?(?: got)? an? (?:\w+ )?(?P<who>{who}) (?:called|named) (?P<v>.+)
family Name: my (?:(?:older|younger|little|big|twin|best|dear) )?(?P<who>{who}) (?P<v>.+)
pet name: (?:my|our) (?:\w+ )?(?P<who>{animal})(?:'s name is|'s called|'s named| is called| is named) (?P<v>.+)
pet name: (?:i|we)(?:'ve| have)?(?: just)?(?: got| adopted)? (?:an?|our) (?:\w+ )?(?P<who>{animal}) (?:called|named) (?P<v>.+)
pet Name: (?:my|our) (?P<who>{animal}) (?P<v>.+)
taste thing-: i (?:(?:really|just|truly) )*(?:don't|do not|never|no longer) (?:(?:really|much|even) )?(?:like|enjoy|love) (?P<v>.+?)(?: any ?more| any longer| at all| much)*$
taste thing-: i (?:(?:really|just|truly|absolutely) )*(?:hate|dislike|detest|loathe|can't stand|cannot stand|can't bear) (?P<v>.+)
taste thing: i (?:(?:really|just|truly|absolutely|do|also|still) )*(?:like|love|adore|enjoy) (?P<v>.+)
favourite thing: my (?:(?:absolute|all-time|new) )?favou?rite (?P<who>[\w -]{2,30}?)(?:'s| is)(?: (?:still|now|probably))? (?P<v>.+)
hobby thing: i (?:(?:sometimes|often|also|still) )?(?P<v>play the .+|collect .+)
promise whole: i(?:'ve| have)? promised (?P<v>.+)
promise whole: i promise(?: you)? (?P<v>to .+|that .+|i'll .+|i will .+)
plan whole: (?={soon})i(?:'m| am) (?:going to|planning to|about to) (?P<v>.+)
plan whole: i(?:'m| am) (?P<v>moving to .+)
""",
    words={
        "soon": r".*\b(?:tomorrow|tonight|next \w+|this (?:week|weekend|month|year|summer|autumn|winter|spring)|on \w+day|in (?:a|two|three|four|\d+) (?:day|week|month|year)s?|in (?:january|february|march|april|may|june|july|august|september|october|november|december))\b",
        "who": "mother|mom|mum|father|dad|sister|brother|daughter|son|wife|husband|partner|girlfriend|boyfriend|fiancee?|aunt|uncle|cousin|niece|nephew|grandmother|grandma|grandfather|grandpa|granny|friend|neighbou?r|teacher|boss|colleague|roommate|flatmate|landlord|dentist|baker|gardener|coach|librarian|doctor|therapist",
        "animal": "dog|cat|kitten|puppy|rabbit|bunny|parrot|budgie|hamster|horse|pony|guinea pig|snake|tortoise|turtle|goldfish|fish|bird|ferret|goat",
        "job": "nurse|teacher|doctor|engineer|programmer|developer|baker|carpenter|plumber|electrician|lawyer|student|writer|painter|musician|chef|cook|driver|farmer|gardener|librarian|scientist|designer|architect|dentist|midwife|mechanic|waiter|waitress|cashier|accountant|translator|photographer|vet|pilot|actor|actress|sailor|tailor|florist|potter|weaver|beekeeper|cleaner|hairdresser|barber|paramedic|firefighter|pharmacist|secretary|journalist|editor|consultant|manager",
    },
    before=r"hi(?: there)?|hey|hello|well|oh|so|and|but|btw|by the way|actually|yes|yeah|no|also|ok|okay|you know|i said|fun fact|as you know|anyway|these days|nowadays|now|today|yesterday|last (?:week|month|year)|please|since then|honestly|then|that|because|i have changed my mind|in real life|irl",
    joints="and|but|because|so|since|while|though|although",
    begins=r"i|i'm|i've|my|we|you|he|she|it|it's|they|there|then|that|our|his|her|the",
    unreal=r"if|unless|would|wouldn't|could|might|maybe|perhaps|imagine|pretend|suppose|let's say|wish|hope|dream\w*|in (?:the|this|our|a|my) (?:story|game|tale|book|play|scene|role|dreams?)|my character|used to|said|says|told|thinks?|asked|roleplay|hypothetically|what if|as though|as if|joking|kidding",
    until=r"and|but|or|because|since|so|with|who|which|that|when|while|where|now|these days|nowadays|again|too|though|by the way|btw|please|if|as|for|instead|actually|lol|haha|anyway|for now|at the moment|most of all|is|was|has|will|in the|from now on|from|near|nice|on my|at",
    no_value=r"not|never|no|nothing|none|you|your|yours|it|its|this|that|these|those|him|her|his|them|their|me|us|what|how|when|where|who|why|if|so|very|too|also|still|just|going|being|like|all|always|some|something|anything|everything|later|tomorrow|tonight|back|again|maybe|here|there|secret|important|unimportant|mine|by|on|in|of|for|and|or|but|whatever|hope|fear|peace|to see you|talking|anymore|way|mud|team|hard",
    passing=r"them|him|her|it|this|that|these|those|you|your|our|their|i|my|what|how|the (?!\w+ of\b)\w+.*|to$",
    remember=r"(?:please )?(?:remember|don't forget|do not forget|keep in mind|note|make a note)(?: for me)?(?: that|:)? (?P<v>.+)",
    mine=r"i\b|i'|my\b|our\b|we\b|tomorrow|today|on \w+day",
)
