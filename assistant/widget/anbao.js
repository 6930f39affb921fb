/* The chat on a shop's page: <script src="https://HOST/widget/anbao.js" data-key="ak_…" async></script>
 *
 * data-lang (zh, en), data-theme (light, dark, auto), data-color (of the button), data-person (the shop's own
 * name for the customer). Everything is built from nodes and text, never from HTML, inside a shadow root with a
 * constructed style sheet: a page needs only `script-src HOST; connect-src HOST`. `data-page` fills the window;
 * /widget/frame uses it, for hosts that allow nothing but a frame.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const { key = "", person = "", theme = "auto", color = "", page } = script.dataset;
  const api = new URL(script.src).origin + "/v1/conversations";
  const store = "anbao " + api + " " + key.slice(0, 19); // not the secret part of the key
  const wanted = script.dataset.lang || document.documentElement.lang || navigator.language;
  const lang = wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
  const WORDS = {
    zh: {
      open: "维权咨询", title: "平台责任咨询", close: "关闭", send: "发送", person: "转人工", clear: "清除对话",
      ask: "请说说发生了什么", again: "重试", unsent: "没有发出。", offline: "网络不通，连上后可重试。",
      busy: "现在太忙，请稍后重试。", failed: "出了问题，请重试。", refused: "此页面不能使用咨询，请联系网站。",
      waiting: "正在等待人工客服…", agent: "人工客服正在为您服务", sent: "已收到…", you: "您说", bot: "助手说",
      human: "客服说", sure: "清除后无法恢复。再按一次确认。",
      hello: "您好！买了什么、出了什么问题、平台知道后怎么做的，请告诉我。我会说明平台要不要负责、依据哪一条。这是法律信息，不是法律意见。",
    },
    en: {
      open: "Consumer help", title: "Is the platform liable?", close: "Close", send: "Send", person: "A person, please",
      clear: "Clear", ask: "Tell me what happened", again: "Try again", unsent: "Not sent.",
      offline: "You are offline; try again when connected.", busy: "Too busy just now; try again in a moment.",
      failed: "Something went wrong; please try again.", refused: "This page may not use the chat; please tell the site.",
      waiting: "Waiting for a person…", agent: "A person is answering you", sent: "Received…", you: "You",
      bot: "Assistant", human: "Agent", sure: "It cannot be brought back. Press again to clear.",
      hello: "Hello! Tell me what you bought, what went wrong, and what the platform did once it knew. I say whether it is liable and under which provision. This is legal information, not legal advice.",
    },
  };
  const say = WORDS[lang];

  // ---- what outlives a page: {id, token, unsent: {text, client_id}}
  let memory = {};
  try { memory = JSON.parse(localStorage.getItem(store)) || {}; } catch { /* no storage here */ }
  const remember = (change) => {
    memory = change ? { ...memory, ...change } : {};
    try { localStorage.setItem(store, JSON.stringify(memory)); } catch { /* lives as long as the page */ }
  };

  // ---- nodes
  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (attribute.startsWith("on")) node.addEventListener(attribute.slice(2), value);
      else node.setAttribute(attribute, value);
    }
    node.append(...children);
    return node;
  };
  const inline = (text) => text.split(/(\*\*[^*]+\*\*|\*[^*]+\*)/).map((part) => {
    if (/^\*\*[^*]+\*\*$/.test(part)) return make("strong", {}, part.slice(2, -2));
    return /^\*[^*]+\*$/.test(part) ? make("em", {}, part.slice(1, -1)) : part;
  });
  const markdown = (text) => {
    const blocks = [];
    for (const line of text.split("\n")) {
      const [, mark, rest] = /^\s*(#{1,6}|-|\d+\.)\s+(.*)$/.exec(line) || [];
      if (!mark) { if (line.trim()) blocks.push(make("p", {}, ...inline(line))); continue; }
      if (mark[0] === "#") { blocks.push(make("h3", {}, ...inline(rest))); continue; }
      const kind = mark === "-" ? "UL" : "OL";
      if (blocks.at(-1)?.nodeName !== kind) blocks.push(make(kind.toLowerCase()));
      blocks.at(-1).append(make("li", kind === "OL" ? { value: parseInt(mark, 10) } : {}, ...inline(rest)));
    }
    return blocks;
  };

  // ---- the panel
  const log = make("div", { role: "log", "aria-live": "polite", tabindex: "0", "aria-label": say.title });
  const status = make("p", { role: "status" });
  const box = make("textarea", { rows: "2", maxlength: "20000", placeholder: say.ask, "aria-label": say.ask });
  const send = make("button", { type: "submit" }, say.send);
  const human = make("button", { type: "button", onclick: () => guarded(callPerson) }, say.person);
  const clear = make("button", { type: "button", onclick: () => guarded(forget) }, say.clear);
  const close = make("button", { type: "button", "aria-label": say.close, onclick: () => show(false) }, "×");
  const form = make("form", { onsubmit: (event) => { event.preventDefault(); submit(); } }, box, send);
  const panel = make("section", { role: "dialog", "aria-label": say.title, hidden: "" },
    make("header", {}, make("h2", {}, say.title), human, clear, close), log, status, form);
  const launcher = make("button", { class: "launcher", "aria-expanded": "false", onclick: () => show(panel.hidden) }, say.open);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });

  const shown = new Set();
  const bubble = (role, text, id) => {
    if (id && shown.has(id)) return null;
    if (id) shown.add(id);
    const who = { user: say.you, assistant: say.bot, agent: say.human }[role];
    const body = role === "user" ? [make("p", {}, text)] : markdown(text);
    const node = make("article", { class: role }, make("span", { class: "who" }, who), ...body);
    log.append(node);
    node.scrollIntoView({ block: role === "user" ? "end" : "start" });
    return node;
  };
  const news = ({ state, messages }) => {
    for (const message of messages) bubble(message.role, message.text, message.id);
    inState(state);
  };
  let poll = 0;
  const inState = (state) => {
    status.textContent = state === "bot" ? "" : say[state];
    human.hidden = state !== "bot";
    clearTimeout(poll);
    if (state !== "bot" && !panel.hidden) poll = setTimeout(() => guarded(refresh), 3000);
  };

  // ---- the service
  class Refused extends Error { constructor(status) { super(String(status)); this.status = status; } }
  const call = async (path, method = "GET", body) => {
    const headers = { Authorization: "Bearer " + key, "Anbao-Token": memory.token || "" };
    if (body) headers["Content-Type"] = "application/json";
    if (!key) delete headers.Authorization;
    const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body), credentials: "omit" });
    if (!answer.ok) throw new Refused(answer.status);
    return answer;
  };
  const begin = async () => {
    if (memory.id) return;
    const { id, token } = await (await call("", "POST", { person, lang })).json();
    remember({ id, token });
  };
  const refresh = async () => {
    const last = Math.max(0, ...shown);
    news(await (await call(`/${memory.id}/messages?after=${last}`)).json());
  };
  const callPerson = async () => {
    await begin();
    news(await (await call(`/${memory.id}/handoff`, "POST")).json());
  };
  const forget = async () => {
    if (clear.dataset.sure === undefined) {
      clear.dataset.sure = "";
      status.textContent = say.sure;
      setTimeout(() => { delete clear.dataset.sure; if (status.textContent === say.sure) status.textContent = ""; }, 5000);
      return;
    }
    if (memory.id) await call(`/${memory.id}`, "DELETE");
    start();
  };
  async function* events(answer) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let held = "", part; !(part = await reader.read()).done;) {
      const blocks = (held + part.value).split(/\r?\n\r?\n/);
      held = blocks.pop();
      for (const block of blocks) {
        const lines = Object.fromEntries(block.split(/\r?\n/).map((line) => line.split(/:\s?(.*)/, 2)));
        if (lines.event) yield [lines.event, JSON.parse(lines.data)];
      }
    }
  }
  const exchange = async (unsent) => {
    await begin();
    let replied = false;
    for await (const [event, data] of events(await call(`/${memory.id}/messages/stream`, "POST", unsent))) {
      if (event === "accepted") { shown.add(data.id); status.textContent = say.sent; }
      if (event === "step") status.textContent = data.text;
      if (event !== "reply") continue;
      replied = true;
      remember({ unsent: undefined });
      news({ state: data.state, messages: data.reply ? [data.reply] : [] });
    }
    if (!replied) throw new Refused(500);
  };

  // ---- sending, with a way back from every failure
  const why = (error) => {
    if (!(error instanceof Refused)) return say.offline;
    if ([401, 403].includes(error.status)) return say.refused;
    return [429, 503, 507].includes(error.status) ? say.busy : say.failed;
  };
  const guarded = async (work) => {
    try { await work(); } catch (error) {
      if (error.status === 404 && memory.id) start(); // deleted elsewhere, or by its retention
      status.textContent = why(error);
      if (poll) poll = setTimeout(() => guarded(refresh), 10000);
    }
  };
  const submit = () => {
    const text = box.value.trim();
    if (!text || send.disabled) return;
    box.value = "";
    remember({ unsent: { text, client_id: crypto.getRandomValues(new Uint32Array(4)).join("-") } });
    deliver(bubble("user", text));
  };
  const deliver = async (node) => {
    send.disabled = true;
    node?.querySelector(".unsent")?.remove();
    try { await exchange(memory.unsent); } catch (error) {
      status.textContent = "";
      const again = make("button", { type: "button", onclick: () => { if (!send.disabled) deliver(node); } }, say.again);
      const note = make("p", { class: "unsent", role: "alert" }, `${say.unsent}${why(error)} `, again);
      (node || log).append(note);
      if (error.status === 404 && memory.id) remember({ id: undefined, token: undefined });
    } finally { send.disabled = false; box.focus(); }
  };
  const start = () => {
    remember(null);
    shown.clear();
    log.replaceChildren();
    bubble("assistant", say.hello);
    inState("bot");
  };
  const resume = async () => {
    bubble("assistant", say.hello);
    if (!memory.id) return;
    const { unsent } = memory;
    const { state, messages } = await (await call(`/${memory.id}/messages`)).json();
    news({ state, messages });
    if (!unsent) return;
    // a page that was left in mid-turn: sending again is safe, the service knows the message by its id
    const known = messages.some((message) => message.client_id === unsent.client_id);
    await deliver(known ? null : bubble("user", unsent.text));
  };
  let resumed = false;
  const show = (open) => {
    if (page !== undefined && !open) return;
    panel.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    remember({ open });
    if (!open) { clearTimeout(poll); launcher.focus(); return; }
    box.focus();
    if (!resumed) { resumed = true; guarded(resume); } else if (memory.id) guarded(refresh);
  };
  addEventListener("online", () => { if (resumed && memory.id) guarded(refresh); });

  // ---- on the page
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { --ink: #1a1f2b; --paper: #fff; --wash: #f1f4f9; --line: #c9d1dd; --accent: #1d4ed8; --on: #fff; all: initial; }
    :host([data-theme=dark]) { --ink: #e8ecf3; --paper: #161a22; --wash: #242a36; --line: #465065; --accent: #2f5fe0; }
    @media (prefers-color-scheme: dark) {
      :host([data-theme=auto]) { --ink: #e8ecf3; --paper: #161a22; --wash: #242a36; --line: #465065; --accent: #2f5fe0; } }
    * { box-sizing: border-box; } [hidden] { display: none !important; }
    section, .launcher { font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
      color: var(--ink); position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; }
    button { font: inherit; cursor: pointer; border: 1px solid var(--line); border-radius: 8px; padding: 4px 10px;
      background: var(--paper); color: var(--ink); }
    button:disabled { opacity: .5; cursor: default; }
    .launcher, form button { background: var(--accent); color: var(--on); border-color: transparent; }
    .launcher { border-radius: 24px; padding: 11px 20px; box-shadow: 0 4px 16px #0004; }
    section { bottom: 76px; width: min(400px, calc(100vw - 24px)); height: min(600px, calc(100vh - 96px)); display: flex;
      flex-direction: column; background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
      box-shadow: 0 8px 32px #0004; overflow: hidden; }
    :host([data-page]) section { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
    @media (max-width: 480px) { section { right: 12px; bottom: 72px; } }
    header { display: flex; gap: 6px; align-items: center; padding: 8px 12px; border-bottom: 1px solid var(--line); }
    header button { font-size: 13px; } h2 { flex: 1; font-size: 15px; margin: 0; }
    [role=log] { flex: 1; overflow-y: auto; padding: 12px; overflow-wrap: anywhere; }
    article { max-width: 92%; width: fit-content; margin: 0 0 10px; padding: 8px 12px; border-radius: 10px; background: var(--wash); }
    article.user { margin-left: auto; background: var(--accent); color: var(--on); } .user p { white-space: pre-wrap; }
    article.agent { border-left: 4px solid var(--accent); }
    .who { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    p, h3, ul, ol { margin: 0 0 6px; } h3 { font-size: 15px; } ul, ol { padding-left: 22px; }
    .unsent { font-size: 13px; } [role=status] { min-height: 20px; margin: 0; padding: 0 14px; font-size: 13px; }
    form { display: flex; gap: 8px; padding: 10px 12px; align-items: flex-end; }
    textarea { flex: 1; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
      border-radius: 8px; padding: 6px 8px; resize: none; }
    :focus-visible { outline: 3px solid #f59e0b; outline-offset: 1px; }
  `);
  const host = document.createElement("anbao-chat");
  host.lang = lang;
  host.dataset.theme = theme;
  if (page !== undefined) host.dataset.page = "";
  if (color && CSS.supports("color", color)) host.style.setProperty("--accent", color);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(panel, ...(page === undefined ? [launcher] : []));
  close.hidden = page !== undefined;
  const mount = () => {
    document.body.append(host);
    if (page !== undefined || memory.open) show(true);
  };
  if (document.body) mount(); else addEventListener("DOMContentLoaded", mount);
})();
