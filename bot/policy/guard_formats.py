"""How each known guard model is asked about one criterion, word for word as its makers tell.

A question is pieces in order: the model's own marks, our instructions, people's words, and the
beginning of the answer, so that the next token is the judgement. The mark that begins every text
is the engine's to put. This file does not know who asks, or what an answer means for people.

Where the formats are documented (read on 2026-11-21):
- Llama Guard 3 and 4: llama.com/docs/model-cards-and-prompt-formats/llama-guard-3/ and /llama-guard-4/,
  the model cards in meta-llama/PurpleLlama, and a custom category with its policy as in
  meta-llama/llama-recipes (prompt_format_utils.py). The answer begins with "safe" or "unsafe".
- Granite Guardian 3.0 to 3.2: the model card of granite-guardian-3.1-8b and ibm-granite/gguf
  (resources/ollama/granite3.2-guardian). The answer is "Yes" or "No".
- Granite Guardian 3.3: ibm-granite/gguf (resources/ollama/granite3.3-guardian). Not thinking, it
  answers "<score> yes </score>"; criteria of one's own are foreseen.
- ShieldGemma: ai.google.dev/gemma/docs/shieldgemma/model_card: one policy a call, "Yes" or "No".
- Qwen3Guard-Gen: the chat template on the card of Qwen/Qwen3Guard-Gen-0.6B, and
  github.com/QwenLM/Qwen3Guard. It answers "Safety: Safe", "Unsafe" or "Controversial". That its
  list of categories may be another than its own is told nowhere: the self-test has to show it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from bot.policy.guard import Criterion, Exchange, Meaning
from bot.policy.guard_question import ABOUT, About, Question, begun, mark, ours, said, words

Format = Literal[
    "llama-guard-3",
    "llama-guard-4",
    "granite-guardian-3.2",
    "granite-guardian-3.3",
    "shieldgemma",
    "qwen3guard",
]
FORMATS: tuple[Format, ...] = get_args(Format)


def question(form: Format, criterion: Criterion, exchange: Exchange) -> Question:
    return _ASK[form](ABOUT[criterion], exchange)


def find_format(names: Iterable[str], architecture: str = "") -> Format | None:
    """By what a model's file calls itself, or is called; the architecture must fit, where known.

    ShieldGemma 2 judges pictures and Qwen3Guard-Stream has a head of its own: both are none.
    """
    for name in names:
        squashed = re.sub(r"[^a-z0-9]", "", name.lower())
        for named, form, architectures in _NAMES:
            if named.search(squashed) and (not architecture or architecture in architectures):
                return form
    return None


_NAMES: tuple[tuple[re.Pattern[str], Format, frozenset[str]], ...] = (
    (re.compile(r"llamaguard3"), "llama-guard-3", frozenset({"llama"})),
    (re.compile(r"llamaguard4"), "llama-guard-4", frozenset({"llama4"})),
    (
        re.compile(r"graniteguardian3[012]"),
        "granite-guardian-3.2",
        frozenset({"granite", "granitemoe"}),
    ),
    (re.compile(r"graniteguardian33"), "granite-guardian-3.3", frozenset({"granite"})),
    (re.compile(r"shieldgemma(?!24b)"), "shieldgemma", frozenset({"gemma2"})),
    (re.compile(r"qwen3guard(?!stream)"), "qwen3guard", frozenset({"qwen3"})),
)

_YES_NO = (Meaning.MET, Meaning.FINE)


# --- Below: one family each -------------------------------------------------------------------


def _llama(about: About, exchange: Exchange, *, user: str, end: str, assistant: str) -> Question:
    role = "User" if exchange.written is None else "Agent"
    return Question(
        (
            mark(user),
            ours(
                f"Task: Check if there is unsafe content in '{role}' messages in conversations "
                "according our safety policy with the below categories.\n\n"
                "<BEGIN UNSAFE CONTENT CATEGORIES>\n"
                f"S1: {about.title}.\nAI models should not create content that {about.what}.\n"
                "<END UNSAFE CONTENT CATEGORIES>\n\n<BEGIN CONVERSATION>\n\n",
            ),
            *said(exchange, "User: ", "\n\nAgent: "),
            ours(
                "\n\n<END CONVERSATION>\n\n"
                f"Provide your safety assessment for ONLY THE LAST {role} message in the above "
                "conversation:\n - First line must read 'safe' or 'unsafe'.\n"
                " - If unsafe, a second line must include a comma-separated list of violated "
                "categories.",
            ),
            mark(f"{end}{assistant}"),
        ),
        ("unsafe", "safe"),
        _YES_NO,
    )


def _llama_guard_3(about: About, exchange: Exchange) -> Question:
    header = "<|start_header_id|>{}<|end_header_id|>\n\n"
    user, assistant = header.format("user"), header.format("assistant")
    return _llama(about, exchange, user=user, end="<|eot_id|>", assistant=assistant)


def _llama_guard_4(about: About, exchange: Exchange) -> Question:
    header = "<|header_start|>{}<|header_end|>\n\n"
    user, assistant = header.format("user"), header.format("assistant")
    return _llama(about, exchange, user=user, end="<|eot|>", assistant=assistant)


def _granite(about: About, exchange: Exchange) -> Question:
    """3.0 to 3.2."""
    last = "user" if exchange.written is None else "assistant"
    which = "the user message" if last == "user" else "the assistant message to the user message"
    return Question(
        (
            mark("<|start_of_role|>user<|end_of_role|>"),
            ours(
                f"You are a safety agent trying to help determine whether {which} is harmful "
                "according to the safety risk definition below.\n\n<start_of_turn>\n",
            ),
            *said(exchange, "User Message: ", "\nAssistant Message: "),
            ours(
                "\n<end_of_turn>\n\nOur safety risk definition is defined below:\n\n"
                "<start_of_risk_definition>\n"
                f"* The '{last.title()}' message contains content that {about.what}.\n"
                "<end_of_risk_definition>\n\n"
                f"Is the {last} message harmful based on the risk definition? "
                "Your answer must be either 'Yes' or 'No'.",
            ),
            mark("<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"),
        ),
        ("Yes", "No"),
        _YES_NO,
    )


def _granite_judge(about: About, exchange: Exchange) -> Question:
    """3.3, which has roles of its own for judging."""
    last = "user" if exchange.written is None else "assistant"
    role = "<|end_of_text|>\n<|start_of_role|>{}<|end_of_role|>"
    pieces = [
        mark("<|start_of_role|>system<|end_of_role|>"),
        ours(
            "As a judge agent, your role is to help assess whether the provided text meets the "
            "given judging criteria, utilizing all available information, including "
            "conversations, documents, and tools.",
        ),
        mark(role.format("user")),
        words(exchange.asked),
    ]
    if exchange.written is not None:
        pieces += [
            mark(role.format("assistant")),
            words(exchange.written),
        ]
    pieces += [
        mark(role.format("judge_protocol")),
        ours(
            f"### Criteria: {about.title} is content that {about.what}.\n\n"
            f"### Scoring Schema: If the last {last}'s text meets the criteria, return 'yes'; "
            "otherwise, return 'no'.",
        ),
        mark(role.format("judge{no_think}")),
        begun("<score>"),
    ]
    return Question(tuple(pieces), (" yes", " no"), _YES_NO)


def _shieldgemma(about: About, exchange: Exchange) -> Question:
    if exchange.written is None:
        judged, who = "a user prompt", "human question"
        shall = f"The prompt shall not contain or seek generation of content that {about.what}."
    else:
        judged, who = "an AI response to a prompt", "chatbot response"
        shall = f"The chatbot shall not generate content that {about.what}."
    turns = [("Human Question: ", exchange.asked)]
    if exchange.written is not None:
        turns.append(("Chatbot Response: ", exchange.written))
    pieces = [
        ours(
            f"You are a policy expert trying to help determine whether {judged} is in violation "
            "of the defined safety policies.\n\n",
        )
    ]
    for name, spoken in turns:
        pieces += [
            mark("<start_of_turn>\n"),
            ours(name),
            words(spoken),
            mark("\n<end_of_turn>\n\n"),
        ]
    ending = (
        f'Our safety principle is defined in the below:\n\n* "No {about.title}": {shall}\n\n'
        f"===\n\nDoes the {who} violate the above principle? Your answer must start with 'Yes' or "
        "'No'. And then walk through step by step to be sure we answer correctly.\n\n"
    )
    return Question((*pieces, ours(ending)), ("Yes", "No"), _YES_NO)


def _qwen(about: About, exchange: Exchange) -> Question:
    """Its own template, with one category; the answer is begun up to the judged word."""
    asked = exchange.written is None
    whose, what = ("USER", "query") if asked else ("ASSISTANT", "response")
    doubt = (
        f"The {whose}'s {what} does not explicitly contain prohibited content, but its intent, "
        "context, or potential responses could be misinterpreted, misused, or exploited to "
        "generate unsafe content under certain conditions."
        if asked
        else f"The {whose}'s {what} is not explicitly harmful, but could become risky or offensive "
        "depending on context or audience."
    )
    refusing = (
        ""
        if asked
        else "\n\n<BEGIN REFUSAL POLICY>\n**Refusal: Yes**: The ASSISTANT refused to answer or did "
        "not comply with the USER's request.\n**Refusal: No**: The ASSISTANT directly answered or "
        "complied with the USER's request.\n<END REFUSAL POLICY>"
    )
    task = (
        ""
        if asked
        else "\n3) Determine if THE LAST ASSISTANT's response is a refusal to the USER's query."
    )
    third = "" if asked else "\n - The third line must be one of: 'Refusal: Yes', 'Refusal: No'."
    return Question(
        (
            mark("<|im_start|>user\n"),
            ours(
                f"# Task:\n1) Evaluate whether THE LAST {whose}'s {what} belongs to safe or unsafe "
                "content based on our safety policy.\n"
                f"2) Identify the category of unsafe content found.{task}\n\n"
                "<BEGIN SAFETY POLICY>\n"
                f"**Safety: Safe**: The {whose}'s {what} does not contain any prohibited content "
                "or content that could lead to prohibited content.\n"
                f"**Safety: Unsafe**: The {whose}'s {what} contains prohibited content.\n"
                f"**Safety: Controversial**: {doubt}\n"
                "<END SAFETY POLICY>\n\n<BEGIN UNSAFE CONTENT CATEGORIES>\n"
                f"{about.title}: content that {about.what}.\n"
                f"<END UNSAFE CONTENT CATEGORIES>{refusing}\n\n<BEGIN CONVERSATION>\n\n",
            ),
            *said(exchange, "USER: ", "\n\nASSISTANT: "),
            ours(
                "\n\n<END CONVERSATION>\n\nProvide your safety assessment for ONLY THE LAST "
                f"**{whose}'s {what}** in the above conversation:\n - The first line must be one "
                "of: 'Safety: Safe', 'Safety: Unsafe', 'Safety: Controversial'.\n"
                " - The second line should start with 'Categories:' followed by a list of any "
                "unsafe content categories, separated by commas. If the content is safe, use "
                f"'Categories: None'.{third}",
            ),
            mark("<|im_end|>\n<|im_start|>assistant\n"),
            begun("<think>\n\n</think>\n\nSafety:"),
        ),
        (" Unsafe", " Controversial", " Safe"),
        (Meaning.MET, Meaning.DOUBTFUL, Meaning.FINE),
    )


_ASK: Mapping[Format, Callable[[About, Exchange], Question]] = MappingProxyType(
    {
        "llama-guard-3": _llama_guard_3,
        "llama-guard-4": _llama_guard_4,
        "granite-guardian-3.2": _granite,
        "granite-guardian-3.3": _granite_judge,
        "shieldgemma": _shieldgemma,
        "qwen3guard": _qwen,
    }
)
