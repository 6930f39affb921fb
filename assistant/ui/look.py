"""How the page looks: theme, style sheet, and the small scripts that the browser runs.

Fonts are those of the machine.
"""

import json
from pathlib import Path

import gradio as gr

from assistant.ui.words import ENGLISH_ALONE

_HERE = Path(__file__).parent


def css() -> str:
    return (_HERE / "page.css").read_text(encoding="utf-8")


def script() -> str:
    """What an HTML part runs when it is shown."""
    return (_HERE / "page.js").read_text(encoding="utf-8")


def theme() -> gr.themes.Base:
    """Fonts of the machine, and greys that can be read."""
    fonts = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei",
             "sans-serif")  # fmt: skip
    made: gr.themes.Base = gr.themes.Default(
        primary_hue="blue", neutral_hue="slate", font=fonts, font_mono=("ui-monospace", "monospace")
    )
    return made.set(
        body_text_color_subdued="*neutral_600", body_text_color_subdued_dark="*neutral_300",
        button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700",
        input_placeholder_color="*neutral_500", input_placeholder_color_dark="*neutral_400",
        block_title_text_color="*neutral_700", block_title_text_color_dark="*neutral_200",
    )  # fmt: skip


# A reply is read from its start: scroll to the last message of the user.
SHOW_LAST = """() => requestAnimationFrame(() => {
  const told = document.querySelectorAll('#chat .user-row'), last = told[told.length - 1];
  const pane = last && last.closest('.bubble-wrap');
  if (pane) pane.scrollTo({top: last.offsetTop - pane.offsetTop - 8, behavior: 'smooth'});
})"""

# Another language turns the frame too: the page starts anew in it (`head`).
IN_LANGUAGE = """(kept) => {
  const lang = kept.lang === 'auto' ? '' : kept.lang || '';
  const before = localStorage.getItem('anbao-lang') || '';
  localStorage.setItem('anbao-lang', lang);
  if (lang !== before && !(lang && document.documentElement.lang.startsWith(lang))) location.reload();
}"""

# A tab of the browser comes back to its own conversation; one whose server went away and came back
# opens it anew, once in ten seconds at most.
OPEN = """(kept, here) => {
  const zh = document.documentElement.lang.startsWith('zh');
  const again = async () => {
    if (Date.now() - (sessionStorage.getItem('anbao-again') || 0) < 10000) return;
    sessionStorage.setItem('anbao-again', Date.now());
    for (let tries = 0; tries < 60; tries++) {
      const now = await fetch('config', {cache: 'no-store'}).then((answer) => answer.json()).catch(() => null);
      if (now) return now.app_id === window.gradio_config.app_id || location.reload();  // same: only a turn that was stopped
      await new Promise((done) => setTimeout(done, 1000));
    }
  };
  const mend = () => {
    // Gradio calls the examples a list though they are buttons: a screen reader would find no items
    document.querySelectorAll('#chat .examples[role=list]').forEach((e) => e.setAttribute('role', 'group'));
    // a message to be edited is shown as it was typed, without the marks that keep it from being markup
    for (const field of document.querySelectorAll('#chat textarea:not([data-typed])')) {
      field.dataset.typed = '1';
      field.value = field.value.replace(/^\\*[^\\n]*\\*\\n\\n/, '').replace(/\\\\([^\\w\\s])/g, '$1')
        .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      field.dispatchEvent(new Event('input'));
    }
    for (const [english, chinese] of Object.entries(zh ? WORDS : {}))
      for (const button of document.querySelectorAll(`#chat [aria-label="${english}"]`))
        button.ariaLabel = button.title = chinese;
    if (document.querySelector('#chat span.error')) again();
  };
  new MutationObserver(mend).observe(document.body, {childList: true, subtree: true});
  mend();
  return [kept, sessionStorage.getItem('anbao') || ''];
}""".replace("WORDS", json.dumps(ENGLISH_ALONE))
REMEMBER = """(here) => { sessionStorage.setItem('anbao', here || ''); }"""

# The letter asked for as it stands in the page now, also what was typed a moment ago.
ASKED = """(kept, here) => {
  const fields = (name) => [...document.querySelectorAll(`#letter [data-${name}]`)].map((f) => [f.dataset[name], f.value]);
  return [kept, here, {...Object.fromEntries(fields('letter')), filled: Object.fromEntries(fields('blank'))}];
}"""

SAVE = """(file) => {
  if (!file || !file.data) return;
  const bytes = Uint8Array.from(atob(file.data), (c) => c.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""

FOCUS = """() => requestAnimationFrame(() => document.querySelector('#box textarea').focus({preventScroll: true}))"""

# What was opened in the law is read where it stands: also on a phone, where the list comes first. The tab may be
# on its way still; what is there already is gone to after half a second.
TO_READ = """() => {
  const go = (tries) => {
    const page = document.querySelector(`#law-text .reading${tries ? ':not([data-seen])' : ''}`);
    if (!(page && page.offsetParent)) return tries && setTimeout(go, 50, tries - 1);
    page.dataset.seen = '1';
    const place = page.querySelector('.chosen') || page;
    place.scrollIntoView({block: 'start'});
    place.focus({preventScroll: true});
  };
  go(10);
}"""
