"""Letters on the page: a preview whose blanks are fields, and the file of it.

Blanks that were filled in are kept in the browser's page alone, never in the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from assistant import letter_files
from assistant.facts import Lang
from assistant.letter_passages import KINDS, Against, Kind, Paragraph
from assistant.letters import Letter, LetterRefused, wording, write
from assistant.ui.html import el, panel, selection
from assistant.ui.talk import View
from assistant.ui.words import TEXT

MAKERS = {"docx": letter_files.docx, "pdf": letter_files.pdf}
_MANY = ("page", "sum")  # blanks that stand for something else each time: not one field
_TAGS = {"title": "h3", "heading": "h4"}


@dataclass(frozen=True)
class Wanted:
    """Which letter, against whom (a statement of claim), and what fills its blanks."""

    kind: Kind = "complaint"
    against: Against = "all"
    filled: Mapping[str, str] = field(default_factory=dict)


def wanted(sent: object) -> Wanted:
    """What the page asks for, whatever it sent."""
    row = sent if isinstance(sent, dict) else {}
    kind, against, filled = (row.get(name) for name in ("kind", "against", "filled"))
    texts = filled if isinstance(filled, dict) else {}
    return Wanted(
        next((k for k in KINDS if k == kind), "complaint"), "merchant" if against == "merchant" else "all",
        {str(name): str(text)[:200] for name, text in texts.items()},
    )  # fmt: skip


def letter(view: View, asked: Wanted) -> Letter:
    """The letter. Raises LetterRefused where the case does not carry it, or there is none."""
    words = wording(view.talk.assistant.settings.corpus / "letters.yaml")
    if view.case is None:
        raise LetterRefused(TEXT[view.lang]["no_letter"])
    details = {name: text for name, text in asked.filled.items() if name in words["blanks"]}
    return write(asked.kind, view.case, words, details, asked.against)


def file(view: View, asked: Wanted, ending: str) -> tuple[str, bytes]:
    """Name and contents of the letter as .docx or .pdf. Raises LetterRefused."""
    made = letter(view, asked)
    return f"{made.title.replace('/', '-')}.{ending}", MAKERS[ending](made)


# ---- the preview
def preview(view: View | None, asked: Wanted) -> str:
    """The letter as it will stand on paper; why not, where it cannot be written."""
    if view is None:
        return panel(
            "zh", el("section", el("p", TEXT["zh"]["no_letter"]), el("p", TEXT["en"]["no_letter"], lang="en"))
        )
    said, asking = TEXT[view.lang], _asking(asked, view.lang)
    try:
        made = letter(view, replace(asked, filled={}))  # what was filled in stands in the fields
    except LetterRefused as refusal:
        return panel(
            view.lang,
            asking,
            el("section", el("p", said["refused"], str(refusal), class_="clash", role="alert")),
        )
    sheet = _Sheet(view, asked)
    paper = el("article", *(sheet.block(b) for b in made.blocks), class_="sheet")
    notes = el("ul", *(el("li", note) for note in made.notes))
    return panel(view.lang, asking, paper, el("section", el("h2", said["letter_notes"]), notes))


def _asking(asked: Wanted, lang: Lang) -> Markup:
    """Which letter, and against whom a claim is."""
    said = TEXT[lang]
    kinds = selection([(k, said[k]) for k in KINDS], asked.kind, data_letter="kind")
    parts = [el("label", el("span", said["letter_kind"]), kinds, class_="setting")]
    if asked.kind == "claim":
        against = selection([(a, said[a]) for a in ("all", "merchant")], asked.against, data_letter="against")
        parts.append(el("label", el("span", said["against"]), against, class_="setting"))
    return el("section", *parts)


class _Sheet:
    """One letter being set: its blanks by label, those already made a field once."""

    def __init__(self, view: View, asked: Wanted) -> None:
        words = wording(view.talk.assistant.settings.corpus / "letters.yaml")
        self.lang, self.filled = view.lang, asked.filled
        self.names = {labels[view.lang]: name for name, labels in words["blanks"].items()}
        self.made: set[str] = set()

    def block(self, block: tuple[Paragraph, ...]) -> Markup:
        """A paragraph, or the rows of a table."""
        if block[0].role != "row":
            return el(_TAGS.get(block[0].role, "p"), *self.parts(block[0]), data_role=block[0].role)
        rows = [el("tr", *(el("td", *self.parts(cell)) for cell in row.cells)) for row in block[1:]]
        head = el("tr", *(el("th", *self.parts(cell), scope="col") for cell in block[0].cells))
        return el("table", el("thead", head), el("tbody", *rows))

    def parts(self, one: Paragraph) -> list[Markup]:
        return [
            self.blank(text[1:-1]) if blank else Markup.escape(text) for text, blank in one.spans(self.lang)
        ]

    def blank(self, label: str) -> Markup:
        """A field where a blank first stands; elsewhere it is marked."""
        name = self.names.get(label)
        if name is None or name in self.made or name in _MANY:
            return el("mark", f"【{label}】" if self.lang == "zh" else f"[{label}]")
        self.made.add(name)
        width = str(max(8, (2 if self.lang == "zh" else 1) * len(label)))
        return el("textarea", self.filled.get(name, ""), rows="1", cols=width, maxlength="200",
                  data_blank=name, aria_label=label, placeholder=label, autocomplete="off")  # fmt: skip
