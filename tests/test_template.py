"""Templates of many kinds, and the pieces that they leave around the parts."""

from datetime import date

import pytest

from bot.engine.base import Speaker
from bot.engine.template import BETWEEN, CHATML, OPENER, ChatTemplate, Layout, TemplateError

ALTERNATING = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{{ raise_exception('System role not supported') }}
{% endif %}
{% for m in messages %}
{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('roles must alternate') }}
{% endif %}
<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}
{% if add_generation_prompt %}<assistant>{% endif %}"""

SYSTEM_FIRST_ONLY = """{% if messages[0].role == 'system' %}<<{{ messages[0].content }}>>
{% set messages = messages[1:] %}{% endif %}{% for m in messages %}
{% if m.role == 'system' %}{{ raise_exception('late') }}{% endif %}
[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"""

DROPS_SYSTEM = """{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}
{% endfor %}[assistant]"""

TALK: tuple[Speaker, ...] = ("system", "user", "assistant", "user")


def chat(source: str, **marks: str) -> ChatTemplate:
    return ChatTemplate(
        source, bos=marks.get("bos", ""), eos=marks.get("eos", ""), today=date(2026, 2, 3)
    )


def text(layout: Layout) -> str:
    return "".join(piece if isinstance(piece, str) else f"«{piece}»" for piece in layout)


def test_the_pieces_stand_between_the_parts_and_open_the_reply() -> None:
    assert chat(CHATML).layout(("system", "user")) == (
        "<|im_start|>system\n",
        0,
        "<|im_end|>\n<|im_start|>user\n",
        1,
        "<|im_end|>\n<|im_start|>assistant\n",
    )


def test_parts_of_one_speaker_become_one_message_with_nothing_between() -> None:
    assert "user\n«1»«2»<|im_end|>" in text(chat(CHATML).layout(("system", "user", "user")))


def test_a_prompt_that_ends_with_the_assistant_is_continued_there() -> None:
    layout = chat(CHATML).layout(("user", "assistant"))
    assert text(layout).endswith("<|im_start|>assistant\n«1»")


def test_the_layout_of_a_turn_begins_the_layout_of_the_next() -> None:
    template = chat(CHATML)
    now, later = template.layout(TALK[:2]), template.layout(TALK)
    assert text(later).startswith(text(now))


def test_without_a_system_role_its_text_goes_before_the_first_users_with_its_own_boundaries() -> (
    None
):
    for source in (ALTERNATING, DROPS_SYSTEM):
        template = chat(source)
        assert template.system == "none"
        assert f"user{'>' if source is ALTERNATING else ']'}«0»«1»{BETWEEN}«2»" in text(
            template.layout(("system", "system", "user"))
        )


def test_a_system_part_in_mid_talk_goes_into_the_users_message_where_only_the_first_may_be() -> (
    None
):
    template = chat(SYSTEM_FIRST_ONLY)
    assert template.system == "first"
    late: tuple[Speaker, ...] = ("system", "user", "assistant", "system", "user")
    assert f"[user]«3»{BETWEEN}«4»" in text(template.layout(late))


def test_a_greeting_gets_an_opening_line_before_it_where_the_user_must_begin() -> None:
    layout = chat(ALTERNATING).layout(("assistant", "user"))
    assert text(layout).startswith(f"<user>{OPENER}</>")


def test_marks_of_the_model_reach_the_template() -> None:
    assert text(chat(ALTERNATING, bos="<s>").layout(("user",))).startswith("<s>")


def test_a_template_that_asks_for_the_day_gets_the_same_one_each_time() -> None:
    source = "{{ strftime_now('%d %b %Y') }}" + CHATML
    assert text(chat(source).layout(("user",))).startswith("03 Feb 2026")


def test_contents_may_go_through_tojson() -> None:
    source = "{% for m in messages %}{{ {'say': m.content} | tojson }}{% endfor %}"
    assert text(chat(source).layout(TALK)).startswith('{"say": "«0»"}')


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}",
        "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
        "{{ messages[-1].content }}",
        "{% for m in messages | reverse %}{{ m.content }}{% endfor %}",
        "{{ messages.append({}) }}" + CHATML,
        "{{ ''.__class__.__mro__ }}" + CHATML,
        "{{ undefined.thing }}" + CHATML,
        "{{ 1 / 0 }}" + CHATML,
    ],
)
def test_a_template_that_cannot_carry_a_conversation_is_refused_at_once(source: str) -> None:
    with pytest.raises(TemplateError, match="chat template"):
        chat(source)


def test_a_prompt_of_no_parts_is_refused() -> None:
    with pytest.raises(TemplateError, match="at least one part"):
        chat(CHATML).layout(())
