"""The reader's choices as a form: reply language, for whom, doctrine, and the date of the facts.

The fields carry `data-setting` (a choice, kept in the browser) or `data-fact` (the date, kept as a fact).
"""

from assistant.doctrines import ARTICLE_OWN, DOCTRINES
from assistant.facts import Lang, plain
from assistant.ui.html import el, panel, selection
from assistant.ui.talk import Choices, View
from assistant.ui.words import TEXT


def form(choices: Choices, view: View | None, lang: Lang) -> str:
    """The form with what is chosen."""
    said = TEXT[lang]
    schools = [(d.id, d.name[lang]) for d in DOCTRINES.values()]
    readers = [(name, said[name]) for name in ("consumer", "lawyer", "desk")]
    spoken = [("auto", said["auto"]), ("zh", "中文"), ("en", "English")]
    day = plain(view.facts["occurred_on"]) if view else "unknown"
    field = el("input", type="date", data_fact="occurred_on", value="" if day == "unknown" else day)
    rows = [
        (said["reply_language"], selection(spoken, choices.lang or "auto", data_setting="lang")),
        (said["audience"], selection(readers, choices.audience, data_setting="audience")),
        (said["doctrine"], selection(schools, choices.doctrine or ARTICLE_OWN, data_setting="doctrine")),
        (said["date_of_facts"], field),
    ]
    labels = (el("label", el("span", name), control, class_="setting") for name, control in rows)
    return panel(lang, el("section", *labels))
