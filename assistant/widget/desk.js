/* The desk of human agents: tickets, what the bot knew, the talk with the customer, and giving it back.
 *
 * The key of scope `agent` stays in this tab (sessionStorage) and goes out in the Authorization header only.
 * Everything is built from nodes and text, never from HTML, so a customer's words are shown and do nothing.
 */
(() => {
  "use strict";
  const zh = navigator.language.toLowerCase().startsWith("zh"), lang = zh ? "zh" : "en";
  const WORDS = {
    zh: {
      title: "安保 · 客服台", key: "客服密钥（本机试用可留空）", name: "您的称呼", enter: "进入", leave: "退出",
      open: "待接", taken: "处理中", closed: "已结束", none: "没有工单", take: "接手", back: "交还助手", send: "发送",
      reply: "回复客户", choose: "请从左边选一个工单", facts: "事实", verdict: "结论", trace: "推理过程", yes: "是", no: "否",
      unknown: "不清楚", user: "客户", assistant: "助手", agent: "客服", tickets: "工单", asked: "客户要求",
      grave: "案情重大", self_harm: "有自伤的话", contradicted: "两次说不对", by_agent: "客服主动",
      401: "密钥不对或已停用", 403: "这把密钥不能看工单", 409: "被别人改动了，请再看一次", 429: "太频繁，请稍候", down: "连不上服务，稍后自动重试", failed: "没有成功",
    },
    en: {
      title: "Anbao · desk", key: "Agent key (may be empty on this machine)", name: "Your name", enter: "Enter", leave: "Leave",
      open: "open", taken: "taken", closed: "closed", none: "No tickets", take: "Take", back: "Give back to the bot", send: "Send",
      reply: "Answer the customer", choose: "Choose a ticket on the left", facts: "Facts", verdict: "Verdict", trace: "How it follows",
      yes: "yes", no: "no", unknown: "unknown", user: "customer", assistant: "bot", agent: "agent", tickets: "Tickets",
      asked: "asked for a person", grave: "grave case", self_harm: "speaks of self-harm", contradicted: "contradicted twice", by_agent: "by an agent",
      401: "Wrong or revoked key", 403: "This key may not see tickets", 409: "Changed by someone else; look again", 429: "Too many requests; wait a moment",
      down: "The service cannot be reached; trying again", failed: "It did not succeed",
    },
  };
  const say = WORDS[lang];
  const label = (name) => say[name] || name;
  const me = { key: sessionStorage.getItem("anbao key") || "", name: sessionStorage.getItem("anbao name") || "" };
  let tickets = [], chosen = "", last = 0, shown = "";

  const el = (tag, attributes, ...parts) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...parts.filter((part) => part !== undefined && part !== null));
    return node;
  };

  // ---- the service
  const call = async (path, body) => {
    const headers = { "Content-Type": "application/json" };
    if (me.key) headers.Authorization = "Bearer " + me.key;
    let answer;
    try {
      answer = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
    } catch { throw new Error(say.down); }
    if (!answer.ok) throw Object.assign(new Error(say[answer.status] || say.failed), { status: answer.status });
    return answer.json();
  };
  const status = el("output", { role: "status" });
  const tried = async (work) => {
    try { await work(); status.textContent = ""; status.setAttribute("role", "status"); }
    catch (error) {
      status.setAttribute("role", "alert"); status.textContent = error.message;
      if (error.status === 401 || error.status === 403) login(error.message);
    }
  };

  // ---- logging in
  const login = (problem) => {
    sessionStorage.clear(); me.key = ""; chosen = "";
    const key = el("input", { type: "password", autocomplete: "off", "aria-label": say.key, placeholder: say.key });
    const name = el("input", { required: "", maxlength: 64, "aria-label": say.name, placeholder: say.name });
    const enter = (event) => {
      event.preventDefault();
      me.key = key.value.trim(); me.name = name.value.trim();
      sessionStorage.setItem("anbao key", me.key); sessionStorage.setItem("anbao name", me.name);
      desk();
    };
    document.body.replaceChildren(el("form", { class: "login", onsubmit: enter }, el("h1", {}, say.title),
      problem ? el("p", { role: "alert" }, problem) : null, key, name, el("button", { class: "main" }, say.enter)));
  };

  // ---- the desk
  const list = el("ul"), talk = el("section", { "aria-live": "polite" }), held = el("section", { class: "case" });
  const filter = el("select", { "aria-label": say.tickets, onchange: () => tried(refresh) },
    ...["open", "taken", "closed"].map((state) => el("option", { value: state }, say[state])));
  const desk = () => {
    document.body.replaceChildren(
      el("header", {}, el("h1", {}, say.title), status, el("span", {}, me.name), el("button", { onclick: () => login() }, say.leave)),
      el("main", {}, el("nav", { "aria-label": say.tickets }, filter, list), talk, held));
    talk.replaceChildren(say.choose); held.replaceChildren();
    tried(refresh);
  };
  const refresh = async () => {
    tickets = await call("/v1/tickets?state=" + filter.value);
    const rows = tickets.map((ticket) => el("li", {}, el("button", {
      "aria-current": String(ticket.id === chosen), onclick: () => tried(() => open(ticket.id)),
    }, label(ticket.reason), el("br"), el("small", {}, new Date(ticket.opened_at).toLocaleString() + (ticket.agent && " · " + ticket.agent)))));
    list.replaceChildren(...(rows.length ? rows : [el("li", {}, say.none)]));
  };

  // ---- one ticket
  const open = async (id) => {
    const ticket = await call("/v1/tickets/" + id);
    chosen = id; last = 0; shown = ticket.conversation;
    const mine = ticket.state === "taken" && ticket.agent === me.name;
    const act = (path, body) => tried(async () => {
      await call(`/v1/tickets/${id}/${path}`, { agent: me.name, ...body });
      if (path === "messages") await news();
      else { filter.value = path === "take" ? "taken" : "closed"; await refresh(); await open(id); }
    });
    const words = el("textarea", { rows: 3, maxlength: 20000, required: "", "aria-label": say.reply });
    const answer = async (event) => {
      event.preventDefault();
      const text = words.value.trim();
      if (text) { await act("messages", { text }); if (status.getAttribute("role") !== "alert") words.value = ""; }
    };
    const tools = ticket.state === "open" ? el("button", { class: "main", onclick: () => act("take") }, say.take)
      : mine ? el("form", { class: "say", onsubmit: answer }, words, el("div", { class: "row" },
        el("button", { class: "main" }, say.send), el("button", { type: "button", onclick: () => act("give-back") }, say.back)))
      : null;
    talk.replaceChildren(el("div", { class: "thread" }), ...(tools ? [tools] : []));
    held.replaceChildren(...known(ticket.held));
    await news(); await refresh();
  };
  const news = async () => {
    const found = await call(`/v1/conversations/${shown}/messages?after=${last}`);
    const thread = talk.querySelector(".thread");
    for (const message of found.messages) {
      if (!thread || message.id <= last) continue;
      last = message.id;
      thread.append(el("article", { class: message.role }, el("small", {}, label(message.role) + " · " + new Date(message.at).toLocaleTimeString()), message.text));
    }
  };

  // ---- what the bot knew
  const known = (row) => {
    const texts = {};
    const names = (node) => { if (node.fact) texts[node.fact] = node.text[lang]; (node.parts || []).forEach(names); };
    row.trace.forEach((ground) => names(ground.elements));
    const facts = Object.entries(row.facts).map(([name, fact]) => el("li", {},
      `${texts[name] || name}: ${label(String(fact.value))}` + (fact.evidence ? ` “${fact.evidence}”` : "")));
    const steps = (node) => node.fact
      ? el("li", {}, `${node.text[lang]}: ${label(node.value)}` + (node.evidence ? ` “${node.evidence}”` : ""))
      : el("li", {}, `${node.op} → ${label(node.holds)}`, el("ul", {}, ...(node.parts || []).map(steps)));
    const grounds = row.trace.map((ground) => el("details", {}, el("summary", {}, `${ground.name[lang]} — ${ground.status} (${ground.form})`),
      el("ul", {}, steps(ground.elements)), el("small", {}, ground.basis.map((basis) => basis.ref).join(" · "))));
    return [el("h2", {}, say.verdict), el("p", { class: "liability" }, row.verdict ? row.verdict.liability : "—"),
      el("h2", {}, say.facts), el("ul", {}, ...facts), el("h2", {}, say.trace), ...grounds];
  };

  setInterval(() => {
    if (document.hidden || !document.querySelector("main")) return;
    tried(async () => { await refresh(); if (chosen) await news(); });
  }, 3000);
  if (me.name) desk(); else login();
})();
