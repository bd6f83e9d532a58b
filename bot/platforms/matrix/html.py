"""Markdown, as people and models write it -> HTML that a client shows. Pure.

No tag that was written becomes a tag. Neither do links and pictures: what they lead to is nothing
that anybody has screened, and a link may say something else than where it leads.
"""

from markdown_it import MarkdownIt

_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable("strikethrough")
    .disable(["link", "image", "autolink", "reference", "lheading"])
    # What is indented is no program, and `&lt;` is what was written.
    .disable(["code", "entity"])
)


def as_html(text: str) -> str:
    """Empty where it would show nothing more than the text itself."""
    html = str(_MARKDOWN.render(text)).strip()
    is_one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    inside = html.removeprefix("<p>").removesuffix("</p>") if is_one else html
    return inside if "<" in inside.replace("<br />", "") else ""
