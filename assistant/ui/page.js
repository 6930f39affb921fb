// What the parts of the page made of HTML tell the program: which button was pressed, which field changed.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !element.contains(button)) return;
  if (button.dataset.really && !confirm(button.dataset.really)) return;
  if (button.dataset.open) element.closest('#talks')?.querySelector('.label-wrap')?.click();
  trigger('click', {...button.dataset});
});
element.addEventListener('change', (event) => {
  const {fact, setting, letter, blank} = event.target.dataset, value = event.target.value;
  if (fact) trigger('edit', {fact, value});
  if (setting) trigger('apply', {setting, value});
  if (letter || blank) {
    const chosen = [...element.querySelectorAll('[data-letter]')].map((f) => [f.dataset.letter, f.value]);
    const filled = [...element.querySelectorAll('[data-blank]')].map((f) => [f.dataset.blank, f.value]);
    const asked = {...Object.fromEntries(chosen), filled: Object.fromEntries(filled)};
    trigger(letter ? 'select' : 'input', {asked});
  }
});
