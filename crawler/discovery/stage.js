// What a browser gives to the scripts of a page, as far as lists and articles need it. `__host` is Python, see stage.py:
// it keeps the document; what is asked for, gone to and sent is only noted there.
"use strict";
(() => {
const G = globalThis, host = (...a) => { const r = __host(JSON.stringify(a)); return r === "" ? undefined : JSON.parse(r); };
G.window = G.self = G;
// The same each time a page is opened: what is asked for with the time or a number by chance is known again.
const NOW = host("now"), Clock = Date; let chance = 1;
G.Date = class extends Clock { constructor(...a) { a.length ? super(...a) : super(NOW); } static now() { return NOW; } };
Math.random = () => { chance = chance * 48271 % 2147483647; return chance / 2147483647; };
let pressing = 0;
const timers = [], ready = [], handlers = new Map(), elements = new Map(), vues = [], spare = [];

// ---- what is not there: any property of it is not there either, and calling it does nothing
const nothing = new Proxy(function () {}, {
  get: (t, k) => k === Symbol.toPrimitive ? () => "" : k === "then" ? undefined : k === Symbol.iterator ? [][k].bind([])
    : k === "length" ? 0 : k === "prototype" ? {} : nothing,
  apply: (t, self, a) => (paging(a), nothing), construct: (t, a) => (paging(a), nothing), set: () => true, has: () => true,
});
// A library that is not there may be a pager, or load more when the page is scrolled: its options say so.
const paging = (a, name) => a.forEach(o => o && typeof o === "object" && !o.__jq && o.__id == null && (pager(o) || loader(name, o)));
const lack = name => new Proxy(nothing, { apply: (t, self, a) => (paging(a, name), nothing), construct: (t, a) => (paging(a, name), nothing) });
G.__nothing = name => { if (!(name in G)) G[name] = lack(name); };
const later = (f, ...a) => { if (typeof f === "string") { const code = f; f = () => (0, eval)(code); }
  if (typeof f === "function" && timers.length < 200) timers.push([f, a]); return timers.length; };
G.setTimeout = (f, ms, ...a) => later(f, ...a); G.setInterval = (f, ms, ...a) => later(f, ...a);
G.requestAnimationFrame = f => later(f, 0); G.setImmediate = later;
G.clearTimeout = G.clearInterval = G.cancelAnimationFrame = () => {};
G.__idle = () => { const todo = timers.splice(0); todo.forEach(([f, a]) => guarded(() => f(...a))); return todo.length; };
const guarded = f => { try { return f(); } catch (e) { if (e && e.wait) throw e; host("error", String(e && e.message || e)); } };
G.__guarded = guarded;

// ---- elements
const el = id => { if (id == null) return null; if (!elements.has(id)) elements.set(id, make(id)); return elements.get(id); };
const all = ids => { const l = ids.map(el); l.item = i => l[i] || null; l.namedItem = n => l.find(e => e.id === n || e.name === n); return l; };
// Tabs are often shown when the mouse comes over them: a press does that too.
const OVER = ["mouseover", "mouseenter"];
const PRESSES = ["dblclick", "mousedown", "mouseup", "touchend", "tap", "pointerdown", "pointerup"];
const on = (id, type, f, css) => { if (PRESSES.includes(type)) type = "click"; if (typeof f !== "function" && !(f && f.handleEvent)) return; const k = id + "/" + type;
  if (!handlers.has(k)) handlers.set(k, []); handlers.get(k).push([f, css]); if (type === "click" || type === "change" || OVER.includes(type)) host("bound", id, css || "", type); };
const event = (e, type) => ({ type, target: e, currentTarget: e, srcElement: e, preventDefault() {}, stopPropagation() {},
  stopImmediatePropagation() {}, data: {}, which: 1, button: 0, keyCode: 0 });
const fire = (e, type) => { const k = e.__id, ev = event(e, type); let some = false;
  for (let at = e; at; at = at.parentNode) for (const [f] of (handlers.get(at.__id + "/" + type) || []).filter(h => !h[1])) { some = true; ev.currentTarget = at; guarded(() => (f.handleEvent || f).call(at, ev)); }
  // What is written on a box hears what happens in it.
  for (let at = type === "click" && e.parentNode; at; at = at.parentNode) { const code = at.getAttribute("onclick"), own = at.onclick; if (code) { some = true; guarded(() => run_on(at, code, ev)); } if (typeof own === "function") { some = true; guarded(() => own.call(at, ev)); } }
  for (const [key, list] of handlers) if (key.endsWith("/" + type)) for (const [f, css] of list)
    if (css && host("matches", k, css, +key.split("/")[0])) { some = true; guarded(() => f.call(e, ev)); }
  const own = e["on" + type]; if (typeof own === "function") { some = true; guarded(() => own.call(e, ev)); }
  return some; };
const NAMES = { className: "class", htmlFor: "for", innerText: null };
const URLS = new Set(["href", "src", "action"]), PLAIN = new Set(["id", "name", "title", "type", "rel", "target", "method", "alt", "content", "width", "height", "lang"]);
class El {
  constructor(id) { this.__id = id; this.style = { setProperty() {} }; this.nodeType = 1; }
  get tagName() { return host("tag", this.__id).toUpperCase(); } get nodeName() { return this.tagName; } get localName() { return host("tag", this.__id); }
  get innerHTML() { return host("html", this.__id); } set innerHTML(v) { host("sethtml", this.__id, String(v)); }
  get outerHTML() { return host("outer", this.__id); } set outerHTML(v) { host("around", this.__id, "after", String(v)); host("remove", this.__id); }
  get textContent() { return host("text", this.__id); } set textContent(v) { host("settext", this.__id, String(v)); }
  get innerText() { return this.textContent; } set innerText(v) { this.textContent = v; }
  get text() { return this.textContent; } set text(v) { this.textContent = v; } get data() { return this.textContent; }
  get nodeValue() { return this.textContent; } get offsetParent() { return this; }
  get value() { return host("value", this.__id); } set value(v) { host("setvalue", this.__id, String(v)); }
  get className() { return this.getAttribute("class") || ""; } set className(v) { this.setAttribute("class", v); }
  get checked() { return this.hasAttribute("checked"); } set checked(v) { v ? this.setAttribute("checked", "") : this.removeAttribute("checked"); }
  get disabled() { return this.hasAttribute("disabled"); } set disabled(v) { v ? this.setAttribute("disabled", "") : this.removeAttribute("disabled"); }
  get dataset() { const e = this; const n = k => "data-" + k.replace(/[A-Z]/g, c => "-" + c.toLowerCase());
    return new Proxy({}, { get: (t, k) => typeof k === "string" ? e.getAttribute(n(k)) ?? undefined : undefined, set: (t, k, v) => (e.setAttribute(n(k), v), true) }); }
  get classList() { const e = this, l = () => e.className.split(/\s+/).filter(Boolean); return { add: (...c) => { e.className = [...new Set([...l(), ...c])].join(" "); },
    remove: (...c) => { e.className = l().filter(x => !c.includes(x)).join(" "); }, contains: c => l().includes(c), toggle(c) { this.contains(c) ? this.remove(c) : this.add(c); } }; }
  getAttribute(n) { return host("get", this.__id, String(n).toLowerCase()) ?? null; } setAttribute(n, v) { host("set", this.__id, String(n).toLowerCase(), String(v)); }
  removeAttribute(n) { host("set", this.__id, n.toLowerCase(), null); } hasAttribute(n) { return this.getAttribute(n) !== null; }
  querySelector(s) { return el(host("find", this.__id, s)[0]); } querySelectorAll(s) { return all(host("find", this.__id, s)); }
  getElementsByTagName(t) { return all(host("find", this.__id, t)); } getElementsByClassName(c) { return all(host("find", this.__id, "." + c.trim().split(/\s+/).join("."))); }
  getElementsByName(n) { return all(host("find", this.__id, `[name="${n}"]`)); } matches(s) { return host("matches", this.__id, s, 0); }
  closest(s) { let e = this; while (e && !e.matches(s)) e = e.parentNode; return e; } contains(e) { while (e) { if (e === this) return true; e = e.parentNode; } return false; }
  get parentNode() { return el(host("parent", this.__id)); } get parentElement() { return this.parentNode; }
  get children() { return all(host("children", this.__id)); } get childNodes() { const c = this.children; return c.length || !this.firstChild ? c : [this.firstChild]; } get firstElementChild() { return this.children[0] || null; }
  get firstChild() { const c = this.children; return c[0] || (this.textContent ? { nodeValue: this.textContent, data: this.textContent, nodeType: 3, textContent: this.textContent } : null); }
  get lastElementChild() { return this.children.at(-1) || null; } get lastChild() { return this.lastElementChild; }
  get nextElementSibling() { return el(host("beside", this.__id, 1)); } get nextSibling() { return this.nextElementSibling; }
  get previousElementSibling() { return el(host("beside", this.__id, -1)); } get previousSibling() { return this.previousElementSibling; }
  appendChild(c) { host("move", this.__id, c && c.__id, c && c.__text, "end"); return inserted(c); } append(...c) { c.forEach(x => x && x.__id != null ? this.appendChild(x) : host("around", this.__id, "end", esc(x))); }
  prepend(...c) { c.forEach(x => host("move", this.__id, x && x.__id, String(x), "start")); } insertBefore(c, r) { if (!r || r.__id == null) return this.appendChild(c); host("move", r.__id, c.__id, c.__text, "before"); return inserted(c); }
  removeChild(c) { if (c && c.__id != null) host("remove", c.__id); return c; } remove() { host("remove", this.__id); } replaceChildren(...c) { this.innerHTML = ""; this.append(...c); }
  insertAdjacentHTML(w, h) { host("around", this.__id, { beforebegin: "before", afterbegin: "start", beforeend: "end", afterend: "after" }[w.toLowerCase()], String(h)); }
  insertAdjacentElement(w, e) { this.insertAdjacentHTML(w, e.outerHTML); } cloneNode() { return el(host("clone", this.__id)); } get ownerDocument() { return document; }
  addEventListener(t, f) { on(this.__id, t, f); } attachEvent(t, f) { on(this.__id, t.slice(2), f); } removeEventListener() {} dispatchEvent(e) { return fire(this, e && e.type); }
  click() { G.__press(this.__id); } submit() { host("submit", this.__id); } requestSubmit() { host("submit", this.__id); } focus() {} blur() {} scrollIntoView() {} reset() {}
  getBoundingClientRect() { return { top: 0, left: 0, right: 0, bottom: 0, width: 0, height: 0 }; }
  get form() { return this.closest("form"); }
  get options() { return this.querySelectorAll("option"); } get selectedIndex() { return Math.max(0, this.options.findIndex(o => o.hasAttribute("selected"))); }
  get elements() { return this.querySelectorAll("input,select,textarea,button"); } get rows() { return this.querySelectorAll("tr"); } get cells() { return this.children; }
  get attributes() { return new Proxy({}, { get: (t, k) => this.getAttributeNode(k) ?? undefined }); } getAttributeNode(n) { const value = typeof n === "string" ? this.getAttribute(n) : null; return value === null ? null : { name: n, value, nodeValue: value }; }
  get offsetHeight() { return 0; } get offsetTop() { return 0; } get scrollTop() { return 0; } get clientHeight() { return 0; } get scrollHeight() { return 0; }
  get contentWindow() { return nothing; } get contentDocument() { return nothing; }
}
// A script that is put into the page runs: jsonp.
const inserted = c => { if (!c || c.__id == null || c.localName !== "script") return c; const u = c.src; const evaluated = t => guarded(() => (0, eval)(t)); if (!u) { evaluated(c.textContent); return c; }
  ask("GET", u, null, "", (s, t) => { if (s < 400) evaluated(t); for (const k of ["onload", "onreadystatechange"]) if (typeof c[k] === "function") guarded(() => c[k](event(c, "load"))); fire(c, "load"); }); return c; };
const make = id => new Proxy(new El(id), {
  // The fields of a form hide its own properties: f.id is the field of that name.
  get(t, k, r) { if ((PLAIN.has(k) || URLS.has(k)) && host("tag", id) === "form") { const f = host("find", id, `[name="${k}"]`)[0]; if (f != null) return el(f); }
    if (k in t || typeof k !== "string") { const v = Reflect.get(t, k, t); return typeof v === "function" && !Object.hasOwn(t, k) ? v.bind(r) : v; }
    if (URLS.has(k)) { const v = t.getAttribute(k); return v == null ? "" : k === "action" ? v : host("join", v); }
    if (PLAIN.has(k)) return t.getAttribute(k) || ""; if (k.startsWith("on")) return undefined;
    if (host("tag", id) === "form") { const f = host("find", id, `[name="${k}"], #${k}`)[0]; if (f != null) return el(f); } return undefined; },
  set(t, k, v) { if (URLS.has(k) || PLAIN.has(k)) t.setAttribute(k, v); else { if (/^on(?:click|change|mouse(?:over|enter))$/.test(k) && typeof v === "function") host("bound", id, "", k.slice(2));
    Reflect.set(t, k, v, t); } return true; },
  getPrototypeOf: () => El.prototype,
});
const esc = s => String(s).replace(/&/g, "&amp;").replace(/</g, "&lt;");
G.Element = G.HTMLElement = G.Node = El;

// ---- document, window, location
const docs = id => ({ __id: id, getElementById: n => el(host("find", id, "#" + CSS.escape(String(n)))[0]), querySelector: s => el(host("find", id, s)[0]), querySelectorAll: s => all(host("find", id, s)),
  getElementsByTagName: t => all(host("find", id, t)), getElementsByClassName: c => all(host("find", id, "." + c.trim().split(/\s+/).join("."))), getElementsByName: n => all(host("find", id, `[name="${n}"]`)),
  get documentElement() { return el(id); } });
G.CSS = { escape: s => s.replace(/[^\w\u0080-\uffff-]/g, c => "\\" + c).replace(/^(\d)/, "\\3$1 ") };
const doc = Object.assign(Object.defineProperties({}, Object.getOwnPropertyDescriptors(docs(0))), { write: (...a) => host("write", a.join("")), writeln: (...a) => host("write", a.join("") + "\n"),
  createElement: t => el(host("create", t)), createElementNS: (n, t) => el(host("create", t)), createTextNode: t => ({ __text: esc(t), nodeType: 3 }), createDocumentFragment: () => el(host("create", "div")), createComment: () => ({ __text: "" }),
  addEventListener: (t, f) => t === "scroll" ? more(f) : /DOMContentLoaded|readystatechange/.test(t) ? ready.push(f) : on(0, t, f), attachEvent: (t, f) => ready.push(f), removeEventListener() {}, dispatchEvent() {}, open() {}, close() {}, execCommand() {}, createEvent: () => nothing,
  cookie: "", readyState: "loading", referrer: "", hidden: false, visibilityState: "visible", compatMode: "CSS1Compat", nodeType: 9, characterSet: "UTF-8", charset: "utf-8" });
Object.defineProperties(doc, {
  body: { get: () => el(host("find", 0, "body")[0]) }, head: { get: () => el(host("find", 0, "head")[0]) }, forms: { get: () => named(host("find", 0, "form")) }, links: { get: () => all(host("find", 0, "a")) },
  images: { get: () => all(host("find", 0, "img")) }, scripts: { get: () => all(host("find", 0, "script")) }, currentScript: { get: () => el(host("current")) }, URL: { get: () => location.href }, domain: { get: () => location.hostname }, defaultView: { get: () => G },
  title: { get: () => { const t = doc.querySelector("title"); return t ? t.textContent : ""; }, set: v => { const t = doc.querySelector("title"); if (t) t.textContent = v; } },
  location: { get: () => location, set: v => go(v) }, all: { get: () => named(host("find", 0, "*")) },
});
const named = ids => new Proxy(all(ids), { get: (t, k) => k in t || typeof k !== "string" ? t[k] : t.find(e => e.getAttribute("name") === k || e.getAttribute("id") === k) });
G.document = new Proxy(doc, { get: (t, k) => k in t || typeof k !== "string" ? t[k] : /^on/.test(k) ? null : el(host("find", 0, `form[name="${k}"], img[name="${k}"], iframe[name="${k}"]`)[0]) ?? undefined });
G.__names = () => host("names").forEach(n => { if (!(n in G)) G[n] = doc.getElementById(n) || doc.getElementsByName(n)[0]; });
const go = (u, how = "go") => { if (typeof u === "string" && u[0] === "#") turn(u); else if (u != null && u !== nothing) host("went", String(u), how); };
const place = host("place"), location = {};
// What stands behind # is read by the page's own script: #/list/2.
const routes = () => [...(handlers.get("0/hashchange") || []).map(([f]) => f), G.onhashchange].filter(f => typeof f === "function");
const turn = h => { const oldURL = location.href; if (h === place.hash) return; place.hash = h === "#" ? "" : h;
  routes().forEach(f => guarded(() => f.call(G, { ...event(G, "hashchange"), oldURL, newURL: location.href }))); };
G.__state = () => Object.keys(G).filter(n => /^__[A-Z][A-Z_]*__$/.test(n)).forEach(n => guarded(() => { const v = JSON.stringify(G[n]); if (v) host("state", v); }));
G.__routed = () => routes().length > 0;
for (const k of Object.keys(place)) Object.defineProperty(location, k, { get: () => k === "href" ? place.href + place.hash : place[k], set: v => k === "hash" ? turn("#" + String(v).replace(/^#/, "")) : go(k === "search" ? place.pathname + String(v).replace(/^(?=[^?])/, "?") : v), enumerable: true });
Object.assign(location, { assign: u => go(u), replace: u => go(u), reload() {}, toString: () => location.href });
for (const w of [G]) Object.defineProperty(w, "location", { get: () => location, set: v => go(v), configurable: false });
// Frames beside this one: they can be sent elsewhere.
const frame = new Proxy({}, { get: (t, k) => k === "location" ? location : k === "document" ? doc : k === "setAttribute" || k === "attr" ? (n, v) => { if (n === "src") go(v); } : typeof k === "string" && k in G ? G[k] : nothing, set: (t, k, v) => { if (k === "location" || k === "src") go(v); return true; } });
// The document around: what is not in this one may be a frame beside it.
const beside = new Proxy(doc, { get: (t, k) => /^(?:getElementById|querySelector)$/.test(k) ? s => t[k](s) || frame : t[k] });
G.top = G.parent = G.frames = new Proxy(G, { get: (t, k) => k === "document" ? beside : typeof k !== "string" || k in t ? t[k] : frame });
G.open = (u, ...a) => { go(u, "open"); return { location: Object.defineProperty({}, "href", { set: v => go(v, "open") }), focus() {}, document: nothing }; };
G.navigator = { userAgent: place.agent, appName: "Netscape", appVersion: place.agent.replace("Mozilla/", ""), platform: /Android|iPhone/.test(place.agent) ? "Linux armv8l" : "Win32", language: "zh-CN", languages: ["zh-CN"], cookieEnabled: true, onLine: true, maxTouchPoints: 0, sendBeacon() {}, plugins: [] };
G.screen = /Mobile/.test(place.agent) ? { width: 390, height: 844, availWidth: 390 } : { width: 1920, height: 1080, availWidth: 1920 };
G.innerWidth = screen.width; G.innerHeight = screen.height; G.devicePixelRatio = 1; G.history = { pushState() {}, replaceState() {}, back() {}, go() {}, forward() {} }; G.opener = null; G.name = "";
const store = () => { const m = {}; return { getItem: k => m[k] ?? null, setItem: (k, v) => { m[k] = String(v); }, removeItem: k => { delete m[k]; }, clear() {} }; };
G.localStorage = store(); G.sessionStorage = store(); G.confirm = () => pressing > 0; G.showModalDialog = G.showModelessDialog = G.navigate = u => go(u, "open"); G.alert = G.prompt = G.scrollTo = G.scroll = G.print = G.close = G.focus = G.moveTo = G.resizeTo = () => undefined;
G.scrollX = G.scrollY = G.pageXOffset = G.pageYOffset = 0; G.onscroll = null;
G.addEventListener = (t, f) => t === "scroll" ? more(f) : /load|DOMContentLoaded|pageshow/.test(t) ? ready.push(f) : on(0, t, f); G.attachEvent = (t, f) => ready.push(f); G.removeEventListener = G.dispatchEvent = () => {};
G.getComputedStyle = () => nothing; G.matchMedia = q => ({ matches: /max-(?:device-)?width/.test(q) ? /Mobile/.test(place.agent) : false, addListener() {}, addEventListener() {} });
G.console = { log() {}, warn() {}, error() {}, info() {}, debug() {}, table() {} }; G.Image = function () { return {}; }; G.Event = G.CustomEvent = function (t) { return { type: t }; };
G.MutationObserver = G.ResizeObserver = function () { return { observe() {}, disconnect() {} }; }; G.performance = { now: () => 0, timing: {} };
// An element at the end of a list that is to come into view: it does.
G.IntersectionObserver = function (f) { return { observe(e) { spare.push(() => f([{ isIntersecting: true, intersectionRatio: 1, target: e }], this)); host("bound", -1, "", "scroll"); host("bound", e.__id, "", "seen"); on(e.__id, "seen", () => f([{ isIntersecting: true, intersectionRatio: 1, target: e }], this)); }, unobserve() {}, disconnect() {} }; };
class Params { constructor(q = "") { this.l = []; if (typeof q === "string") q.replace(/^\?/, "").split("&").filter(Boolean).forEach(p => { const [k, ...v] = p.split("="); this.l.push([dec(k), dec(v.join("="))]); });
  else if (q && q.l) this.l = q.l.slice(); else if (Array.isArray(q)) this.l = q.map(([k, v]) => [String(k), String(v)]); else Object.entries(q).forEach(([k, v]) => this.l.push([k, String(v)])); }
  get(k) { const f = this.l.find(p => p[0] === k); return f ? f[1] : null; } getAll(k) { return this.l.filter(p => p[0] === k).map(p => p[1]); } has(k) { return this.get(k) !== null; } append(k, v) { this.l.push([k, String(v)]); }
  set(k, v) { const f = this.l.find(p => p[0] === k); f ? f[1] = String(v) : this.append(k, v); } delete(k) { this.l = this.l.filter(p => p[0] !== k); } toString() { return this.l.map(([k, v]) => enc(k) + "=" + enc(v)).join("&"); }
  forEach(f) { this.l.forEach(([k, v]) => f(v, k)); } entries() { return this.l[Symbol.iterator](); } keys() { return this.l.map(p => p[0])[Symbol.iterator](); } [Symbol.iterator]() { return this.entries(); } }
const enc = s => encodeURIComponent(s).replace(/%20/g, "+"), dec = s => { try { return decodeURIComponent(s.replace(/\+/g, " ")); } catch { return s; } };
G.URLSearchParams = Params; G.FormData = class extends Params { constructor(f) { super(f && f.__id != null ? host("fields", f.__id) : ""); } };
G.URL = class { constructor(u, b) { this.href = host("join", String(u), b == null ? null : String(b)); const m = /^(\w+:)\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(this.href) || []; this.protocol = m[1] || ""; this.host = m[2] || ""; this.hostname = this.host.replace(/:\d+$/, "");
  this.pathname = m[3] || "/"; this.base = this.protocol + "//" + this.host + this.pathname; this.origin = this.protocol + "//" + this.host; this.searchParams = new Params(m[4] || ""); this.hash = m[5] || ""; }
  get search() { const s = this.searchParams.toString(); return s ? "?" + s : ""; } toString() { return this.base + this.search + this.hash; } };
G.URL.createObjectURL = () => "";
const B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
G.atob = s => { let o = "", b = 0, n = 0; for (const c of String(s).replace(/[=\s]/g, "")) { b = (b << 6) | B64.indexOf(c); n += 6; if (n >= 8) { n -= 8; o += String.fromCharCode((b >> n) & 255); } } return o; };
G.TextDecoder = class { decode(b) { return host("utf8", Array.from(b)); } };

// ---- asking
const asked = new Map();
const ask = (method, url, body, kind, done, sync, heads) => { const [key, hit] = host("ask", method.toUpperCase(), String(url), body == null ? null : String(body), kind, sync ? 1 : 0, done ? 1 : 0, strings(heads));
  if (hit) return done && done(...hit); if (sync) throw Object.assign(new Error("waits for " + url), { wait: true }); if (!asked.has(key)) asked.set(key, []); if (done) asked.get(key).push(done); };
G.__answer = (key, status, text) => { const list = asked.get(key) || []; asked.delete(key); list.forEach(f => guarded(() => f(status, text))); };
const strings = o => Object.fromEntries((Array.isArray(o) ? o : Object.entries(o || {})).filter(([, v]) => typeof v === "string" || typeof v === "number").map(([k, v]) => [String(k).toLowerCase(), String(v)]));
const form = d => d == null ? null : typeof d === "string" ? d : d instanceof Params ? d.toString() : param(d);
const param = (o, prefix) => Object.entries(o).flatMap(([k, v]) => { const n = prefix ? `${prefix}[${Array.isArray(o) && typeof v !== "object" ? "" : k}]` : k; if (typeof v === "function") v = v(); return v && typeof v === "object" ? [param(v, n)] : [enc(n) + "=" + enc(v ?? "")]; }).filter(Boolean).join("&");
const xml = t => el(host("xml", t)), head = { get: () => null, has: () => false, forEach() {} };
const query = (u, q) => q ? u + (u.includes("?") ? "&" : "?") + q : u;
G.XMLHttpRequest = class { constructor() { this.readyState = 0; this.status = 0; this.responseText = this.response = ""; this.h = {}; this.upload = {}; this.l = []; } open(m, u, a = true) { this.m = m; this.u = u; this.s = a === false; this.readyState = 1; } setRequestHeader(k, v) { this.h[k.toLowerCase()] = v; } overrideMimeType() {} abort() {} getResponseHeader() { return null; } getAllResponseHeaders() { return ""; }
  addEventListener(t, f) { this.l.push([t, f]); } send(b) { ask(this.m, this.u, form(b), this.h["content-type"] || "", (s, t) => { this.status = s; this.readyState = 4; this.statusText = "OK"; this.responseText = t; this.response = this.responseType === "json" ? parse(t) : t;
    if (/^\s*<\?xml/.test(t)) this.responseXML = document_of(xml(t)); for (const k of ["onreadystatechange", "onload", "onloadend"]) if (typeof this[k] === "function") guarded(() => this[k]({ target: this, currentTarget: this }));
    this.l.filter(([k]) => /load|readystatechange/.test(k)).forEach(([, f]) => guarded(() => f.call(this, { target: this }))); }, this.s, this.h); } };
G.ActiveXObject = G.XMLHttpRequest; const parse = t => { try { return JSON.parse(t); } catch { return null; } };
const document_of = e => Object.assign(Object.defineProperties({}, Object.getOwnPropertyDescriptors(docs(e.__id))), { nodeType: 9 });
G.DOMParser = class { parseFromString(t, k) { const e = /xml$/.test(k || "") && !/xhtml/.test(k) ? xml(t) : el(host("fragment", t)); return Object.defineProperty(document_of(e), "body", { value: e }); } };
G.fetch = (u, o = {}) => new Promise(r => { if (u && typeof u === "object" && u.url) { o = { ...u, ...o }; u = u.url; } const b = o.body, j = b && typeof b === "string" && /^[\s]*[{[]/.test(b), h = strings(o.headers);
  ask(o.method || "GET", u, form(b), h["content-type"] || (j ? "application/json" : ""), (s, t) => r({ ok: s < 400, status: s, url: u, headers: head, text: async () => t, json: async () => JSON.parse(t), clone() { return this; }, arrayBuffer: async () => Array.from(t, c => c.charCodeAt(0)), blob: async () => t }), false, h); });
G.Headers = class { constructor(o) { Object.assign(this, o); } append(k, v) { this[k] = v; } }; G.Request = class { constructor(u, o) { this.url = u; Object.assign(this, o); } };
const axios = (c, o) => { if (typeof c === "string") c = { ...o, url: c }; const m = (c.method || "get").toUpperCase(), d = c.data, plain = typeof d === "string" || d instanceof Params; let u = c.url; if (c.baseURL && !/^https?:/.test(u)) u = c.baseURL.replace(/\/$/, "") + "/" + u.replace(/^\//, "");
  return new Promise(r => ask(m, query(u, c.params && form(c.params)), d == null ? null : plain ? form(d) : JSON.stringify(d), d == null ? "" : plain ? "application/x-www-form-urlencoded" : "application/json", (s, t) => r({ data: parse(t) ?? t, status: s, headers: {}, config: c }), false, c.headers)); };
const client = base => { const f = (c, o) => { const d = f.defaults; c = { ...d, ...(typeof c === "string" ? { ...o, url: c } : c) }; c.headers = { ...d.headers.common, ...strings(d.headers), ...c.headers };
    for (const g of f.before) c = guarded(() => g(c)) || c; return f.after.reduce((p, g) => p.then(g), axios(c)); }; f.before = []; f.after = []; for (const m of ["get", "delete", "head"]) f[m] = (u, o) => f({ ...o, url: u, method: m }); for (const m of ["post", "put", "patch"]) f[m] = (u, d, o) => f({ ...o, url: u, data: d, method: m });
  f.create = o => client({ ...base, ...o }); f.defaults = { ...base, headers: { common: {}, post: {}, get: {}, ...base.headers } }; const heard = l => ({ use(g) { if (typeof g === "function") l.push(g); }, eject() {} }); f.interceptors = { request: heard(f.before), response: heard(f.after) }; f.all = Promise.all.bind(Promise); return f; };
G.axios = client({});

// ---- jQuery
const jq = (s, c) => { if (c === beside && typeof s === "string") { const l = jq(s); return l.length ? l : frame; } if (typeof s === "function") { ready.push(s); return jq([]); } if (s && s.__jq) return s; let l = [];
  if (typeof s === "string" && /^\s*</.test(s) && c && !c.__jq && c.__id == null && c.nodeType == null) { const made = jq(s); for (const k in c) typeof made[k] === "function" && /^(?:text|html|click|val|css|append|on)$/.test(k) ? made[k](c[k]) : made.attr(k === "className" ? "class" : k, c[k]); return made; }
  if (typeof s === "string") l = /^\s*</.test(s) ? host("make", s).map(el) : c ? jq(c).find(s).l : host("find", 0, s).map(el); else if (Array.isArray(s)) l = s.filter(Boolean); else if (s) l = [s]; return wrap(l); };
const wrap = l => { const o = Object.create(F); o.l = l; o.__jq = true; o.length = l.length; l.forEach((e, i) => { o[i] = e; }); return new Proxy(o, { get: (t, k) => k in t || typeof k !== "string" ? t[k] : k in jq.fn ? jq.fn[k] : k === "then" ? undefined : (...a) => { if (typeof a[0] === "number" && a[1]) a = [{ total: a[0], ...a[1] }]; a.forEach(x => x && typeof x === "object" && !(GRIDS.test(k) && grid(k, x, l)) && (pager(x) || loader(k, x))); return wrap(l); } }); };
const each = (f) => function (...a) { this.l.forEach(e => e && f(e, ...a)); return this; }, str = v => v && v.__jq ? v.l.map(str).join("") : v && v.__id != null ? v.outerHTML : Array.isArray(v) ? v.map(str).join("") : typeof v === "function" ? "" : String(v ?? "");
const put = (at, e, v) => { for (const x of v && v.__jq ? v.l : Array.isArray(v) ? v : [v]) x && x.__id != null ? host("move", e.__id, x.__id, null, at) : x && x.__text != null ? host("around", e.__id, at, x.__text) : host("around", e.__id, at, str(x)); };
const F = { each(f) { this.l.some((e, i) => f.call(e, i, e) === false); return this; }, map(f) { return wrap(this.l.map((e, i) => f.call(e, i, e)).filter(x => x != null)); }, get(i) { return i == null ? this.l : this.l.at(i); }, toArray() { return this.l; }, eq(i) { return wrap([this.l.at(i)].filter(Boolean)); }, first() { return this.eq(0); }, last() { return this.eq(-1); }, size() { return this.length; }, join(s) { return this.l.join(s); },
  slice(...a) { return wrap(this.l.slice(...a)); }, filter(s) { return wrap(this.l.filter((e, i) => typeof s === "function" ? s.call(e, i, e) : e.matches(s))); }, not(s) { return wrap(this.l.filter(e => typeof s !== "string" || !e.matches(s))); }, is(s) { return typeof s === "string" && this.l.some(e => /^:/.test(s) ? s === ":visible" : e.matches(s)); }, has(s) { return wrap(this.l.filter(e => e.querySelector(s))); }, add(s) { return wrap([...this.l, ...jq(s).l]); }, end() { return this; }, index() { return this.l[0] ? this.l[0].parentNode.children.indexOf(this.l[0]) : -1; },
  find(s) { return wrap(this.l.flatMap(e => e.__id != null ? host("find", e.__id, s).map(el) : [])); }, children(s) { return wrap(this.l.flatMap(e => [...e.children]).filter(e => !s || e.matches(s))); }, parent() { return wrap(this.l.map(e => e.parentNode).filter(Boolean)); }, closest(s) { return wrap(this.l.map(e => e.closest(s)).filter(Boolean)); }, parents(s) { return this.parent().closest(s || "*"); }, next() { return wrap(this.l.map(e => e.nextElementSibling).filter(Boolean)); }, prev() { return wrap(this.l.map(e => e.previousElementSibling).filter(Boolean)); }, siblings() { return wrap(this.l.flatMap(e => e.parentNode ? e.parentNode.children.filter(x => x !== e) : [])); }, contents() { return this.children(); },
  html(v) { if (v === undefined) return this.l[0] ? this.l[0].innerHTML : undefined; this.l.forEach((e, i) => { e.innerHTML = typeof v === "function" ? v.call(e, i, e.innerHTML) : str(v); }); return this; }, text(v) { if (v === undefined) return this.l.map(e => e.textContent).join(""); this.l.forEach(e => { e.textContent = v; }); return this; }, val(v) { if (v === undefined) return this.l[0] ? this.l[0].value : undefined; this.l.forEach(e => { e.value = v; }); return this; },
  attr(k, v) { if (typeof k === "object") { for (const n in k) this.attr(n, k[n]); return this; } if (v === undefined) return this.l[0] ? this.l[0].getAttribute(k) ?? undefined : undefined; this.l.forEach(e => e.setAttribute(k, v)); return this; }, prop(k, v) { if (v === undefined) return this.l[0] ? this.l[0][k] : undefined; this.l.forEach(e => { e[k] = v; }); return this; }, data(k, v) { if (v !== undefined) return this.attr("data-" + k, v); const s = this.attr("data-" + k); return s == null ? undefined : /^-?\d+$/.test(s) ? +s : s; }, removeAttr: each((e, k) => e.removeAttribute(k)), removeData() { return this; },
  css(k, v) { return typeof k === "object" || v !== undefined ? this : ""; }, addClass: each((e, c) => e.classList.add(...String(c).split(/\s+/))), removeClass: each((e, c) => c ? e.classList.remove(...c.split(/\s+/)) : e.removeAttribute("class")), toggleClass: each((e, c) => e.classList.toggle(c)), hasClass(c) { return this.l.some(e => e.classList.contains(c)); },
  append(...v) { this.l.forEach(e => v.forEach(x => put("end", e, x))); return this; }, prepend(...v) { this.l.forEach(e => v.forEach(x => put("start", e, x))); return this; }, before(v) { this.l.forEach(e => put("before", e, v)); return this; }, after(v) { this.l.forEach(e => put("after", e, v)); return this; }, appendTo(s) { jq(s).append(this); return this; }, prependTo(s) { jq(s).prepend(this); return this; }, insertAfter(s) { jq(s).after(this); return this; }, insertBefore(s) { jq(s).before(this); return this; }, replaceWith(v) { this.after(v); return this.remove(); }, empty: each(e => { e.innerHTML = ""; }), remove: each(e => e.remove()), detach: each(e => e.remove()), clone() { return wrap(this.l.map(e => e.cloneNode())); }, wrap() { return this; },
  hide: each(e => host("set", e.__id, "data-hidden", "1")), show: each(e => host("set", e.__id, "data-hidden", null)), fadeOut: each(e => host("set", e.__id, "data-hidden", "1")), fadeIn() { return this; }, toggle() { return this; }, slideDown() { return this; }, slideUp() { return this; }, animate() { return this; }, stop() { return this; }, delay() { return this; }, focus() { return this; }, width() { return 0; }, height() { return 0; }, outerHeight() { return 0; }, scrollTop() { return 0; }, offset() { return { top: 0, left: 0 }; }, position() { return { top: 0, left: 0 }; },
  on(t, s, d, f) { const a = [s, d, f].filter(x => x !== undefined), g = a.findLast(x => typeof x === "function"), css = typeof s === "string" ? s : undefined; if (typeof t === "object") { for (const k in t) this.on(k, s, t[k]); return this; } for (const k of t.split(/\s+/)) this.l.forEach(e => /^(?:scroll|load)$/.test(k) && e === G ? more(g) : on(e.__id ?? 0, k.split(".")[0], g, css)); return this; }, bind(t, f, g) { return this.on(t, g || f); }, live(t, f) { return this.on(t, f); }, delegate(s, t, f) { return this.on(t, s, f); }, one(t, f) { return this.on(t, f); }, off() { return this; }, unbind() { return this; }, undelegate() { return this; }, hover(f) { return typeof f === "function" ? this.on("mouseenter", f) : this; }, mouseover(f) { return this.on("mouseover", f); }, mouseenter(f) { return this.on("mouseenter", f); },
  click(f) { return typeof f === "function" ? this.on("click", f) : (this.l.forEach(e => G.__press(e.__id)), this); }, change(f) { return f ? this.on("change", f) : this; }, scroll(f) { if (f) more(f); return this; }, resize() { return this; }, trigger(t) { this.l.forEach(e => t === "submit" ? e.submit() : t === "click" ? G.__press(e.__id) : fire(e, t)); return this; }, triggerHandler(t) { return this.trigger(t); }, submit(f) { if (typeof f !== "function") this.l.forEach(e => e.submit()); return this; }, ready(f) { ready.push(f); return this; }, error() { return this; },
  serialize() { return this.l.map(e => form(new Params(host("fields", e.__id)))).join("&"); }, serializeArray() { return this.l.flatMap(e => host("fields", e.__id)).map(([name, value]) => ({ name, value })); },
  load(u, d, f) { if (typeof u !== "string") { if (typeof u === "function") ready.push(u); return this; } const [p, ...s] = u.split(" "), g = typeof d === "function" ? d : f; ask(d && typeof d === "object" ? "POST" : "GET", p, d && typeof d === "object" ? form(d) : null, "", (c, t) => { if (c < 400) { this.l.forEach(e => { e.innerHTML = s.length ? host("part", t, s.join(" ")) : t; }); host("run"); } if (g) g.call(this.l[0], t, "success"); }); return this; },
};
const more = f => { spare.push(f); host("bound", -1, "", "scroll"); };
const deferred = () => { const d = [], x = []; let r; const p = { done(f) { r ? f(...r) : d.push(f); return p; }, success(f) { return p.done(f); }, fail() { return p; }, error() { return p; }, always(f) { return p.done(f); }, complete(f) { return p.done(f); }, then(f) { const n = deferred(); p.done((...a) => { const v = typeof f === "function" ? f(...a) : a[0]; v && v.then ? v.then(w => n.resolve(w)) : n.resolve(v); }); return n; }, catch() { return p; }, finally(f) { return p.done(f); }, promise: () => p, abort() {},
  resolve(...a) { r = a; d.forEach(f => guarded(() => f(...a))); return p; }, reject() { return p; }, resolveWith(c, a) { return p.resolve(...a); }, status: 200, responseText: "" }; return p; };
const ajax = (u, o) => { if (typeof u === "object") { o = u; u = o.url; } o = { ...jq.setup, ...o }; const m = (o.type || o.method || "GET").toUpperCase(), d = deferred(), kind = (o.dataType || "").toLowerCase(); let b = o.processData === false ? o.data : form(o.data); if (b != null && typeof b !== "string") b = form(b); if (m === "GET" && b) { u = query(u, b); b = null; } if (/jsonp/.test(kind)) u = query(u, (o.jsonp || "callback") + "=cundang");
  const heads = { ...o.headers }; if (typeof o.beforeSend === "function") guarded(() => o.beforeSend(new Proxy({ setRequestHeader(k, v) { heads[k] = v; } }, { get: (t, k) => t[k] ?? nothing }), o));
  ask(m, u, b, o.contentType || (/^\s*[{[]/.test(b || "") ? "application/json" : ""), (s, t) => { d.status = s; d.responseText = t; if (s >= 400) { if (typeof o.error === "function") guarded(() => o.error(d, "error", "")); if (typeof o.complete === "function") guarded(() => o.complete(d, "error")); return; } if (/jsonp/.test(kind)) t = t.replace(/^[^(]*\(|\)\s*;?\s*$/g, ""); let v = t;
    if (/json/.test(kind) || (!kind && /^\s*[{[]/.test(t))) v = parse(t) ?? t; else if (/xml/.test(kind) || (!kind && /^\s*<\?xml/.test(t))) v = document_of(xml(t)); d.responseJSON = v; for (const f of [o.success].flat()) if (typeof f === "function") guarded(() => f.call(o, v, "success", d)); d.resolve(v, "success", d); if (typeof o.complete === "function") guarded(() => o.complete(d, "success")); }, o.async === false, heads); return d; };
Object.assign(jq, { fn: {}, ajax, setup: {}, ajaxSetup: o => Object.assign(jq.setup, o), get: (u, d, f, k) => typeof u === "object" ? ajax(u) : typeof d === "function" ? ajax(u, { success: d, dataType: f }) : ajax(u, { data: d, success: f, dataType: k }), post: (u, d, f, k) => typeof u === "object" ? ajax({ ...u, type: "POST" }) : typeof d === "function" ? ajax(u, { type: "POST", success: d, dataType: f }) : ajax(u, { type: "POST", data: d, success: f, dataType: k }), getJSON: (u, d, f) => typeof d === "function" ? ajax(u, { success: d, dataType: "json" }) : ajax(u, { data: d, success: f, dataType: "json" }),
  getScript: (u, f) => { const d = deferred(); ask("GET", u, null, "", (s, t) => { if (s < 400) guarded(() => (0, eval)(t)); if (f) guarded(() => f(t)); d.resolve(t); }); return d; }, each: (o, f) => { if (o && o.__jq) o.each(f); else if (Array.isArray(o) || o && typeof o.length === "number") Array.from(o).some((v, i) => f.call(v, i, v) === false); else for (const k in o) if (f.call(o[k], k, o[k]) === false) break; return o; }, map: (o, f) => (Array.isArray(o) ? o.map((v, i) => f(v, i)) : Object.entries(o).map(([k, v]) => f(v, k))).filter(x => x != null), grep: (o, f) => o.filter(f), extend: (...a) => { if (a[0] === true) a.shift(); return Object.assign(a.length === 1 ? jq : a.shift(), ...a); }, trim: s => String(s ?? "").trim(), inArray: (v, a) => a.indexOf(v), merge: (a, b) => a.concat(b), param, isArray: Array.isArray, isFunction: f => typeof f === "function", isNumeric: v => !isNaN(v), isPlainObject: o => !!o && typeof o === "object", isEmptyObject: o => !Object.keys(o || {}).length, parseJSON: JSON.parse, parseXML: t => document_of(xml(t)), parseHTML: s => host("make", s).map(el), type: v => v === null ? "null" : Array.isArray(v) ? "array" : typeof v, when: (...p) => { const d = deferred(); let n = p.length; const r = []; if (!n) d.resolve(); p.forEach((x, i) => x && x.then ? x.then(v => { r[i] = v; if (!--n) d.resolve(...r); }) : (r[i] = x, --n || d.resolve(...r))); return d; }, Deferred: f => { const d = deferred(); if (f) f(d); return d; }, noop() {}, now: Date.now, proxy: (f, c) => f.bind(c), contains: (a, b) => a.contains(b), support: {}, browser: { msie: false }, expr: { ":": {} }, cookie: () => null, noConflict: () => jq, holdReady() {}, error() {}, easing: {}, event: nothing, cssHooks: {} });
jq.fn.extend = o => Object.assign(jq.fn, o); jq.fn.init = jq; jq.prototype = jq.fn;
// $.name(...) of a plug-in that is not there.
G.$ = G.jQuery = G.Zepto = new Proxy(jq, { get: (t, k) => k in t || typeof k !== "string" ? t[k] : (...a) => (paging(a, k), nothing) }); jq.noConflict = () => G.$;

// ---- pagers of libraries: options that hold how much there is, and what is to be called for a page
const JUMP = /^(?:jump|callback|onpage\w*|pageclick\w*|onclick|click|change|onchange|onselect\w*|backfn|getpage|fn|on?page|loadpage|turn\w*|load|done|click_callback|click_after|cb)$/i;
const num = (o, ...ks) => { for (const k of Object.keys(o)) if (ks.includes(k.toLowerCase()) && +o[k] > 0) return Math.ceil(+o[k]); return 0; };
const paged = (n, o, more) => { const t = { curr: n, page: n, current: n, currentPage: n, pageNum: n, pageNumber: n, pageIndex: n, pageNo: n, num: n, limit: num(o, "limit", "pagesize", "size") || 10, size: num(o, "limit", "pagesize", "size") || 10, getCurrent: () => n, getPage: () => n, [Symbol.toPrimitive]: () => n, ...more }; return t; };
const jumper = o => { const ks = Object.keys(o).filter(k => typeof o[k] === "function"); return o[ks.find(k => JUMP.test(k)) ?? ks.find(k => o[k].length)]; };
// What a pager's function is called with: a number, an object that holds it, an event before it, whether it is the first call.
const given = (f, o, n, first) => { const s = f.toString(), names = (/^[^(]*\(([^)]*)\)|^\s*(\w+)\s*=>/.exec(s) || []).slice(1).find(Boolean)?.split(",").map(x => x.trim()) || [], [a, b] = names;
  const second = /^(?:first|init|isfirst|flag|jq\w*)$/i.test(b || "") ? first : /^type$/i.test(b || "") ? first ? "init" : "change" : n;
  const one = names.length > 1 && /^(?:e|ev|evt|event)$/i.test(a) && second === n ? event(null, "page") : a && new RegExp("\\b" + a.replace(/\$/g, "\\$") + "\\s*\\.").test(s) ? paged(n, o) : n;
  return [one, second, n]; };
let beginning = false;
const pager = (o, cb) => { const f = cb || jumper(o); if (!f) return false;
  const size = num(o, "limit", "pagesize", "size", "showdata", "perpage", "items_per_page", "pageshow", "limits", "rows", "page_size", "itemsperpage", "pagecount_per", "numberperpage", "pagelimit") || 10, count = num(o, "count", "total", "totaldata", "totalcount", "totalrecord", "totalrecords", "records", "totalitems", "totalrow", "totalrows", "totalnum", "totalnumber", "maxentries", "datacount", "recordcount", "itemcount", "datatotal", "allcount");
  // Beside the number of records, a total is that of pages.
  const records = num(o, "totalrecords", "totalrecord", "records", "totalcount");
  const last = num(o, "pages", "pagecount", "totalpage", "totalpages", "pagetotal", "total_pages", "allpage", "allpages", "pagenum", "page_count", "pagescount", "maxpage", "lastpage") || (records > num(o, "total") && num(o, "total")) || Math.ceil(count / size), zero = "items_per_page" in o || "num_display_entries" in o, now = num(o, "curr", "current", "currentpage", "page", "pageno", "pagenumber", "pageindex", "startpage", "nowpage", "cur", "currpage", "curpage") || 1;
  if (!last) return false; const call = (n, first) => f.apply(o, given(f, o, zero ? n - 1 : n, first));
  // Some call it for the first page too; a list that it shows may make its pager anew.
  if (!beginning) { beginning = true; host("quiet", 1); guarded(() => call(now, true)); host("quiet", 0); beginning = false; }
  for (let n = now + 1; n <= Math.min(last, now + 400); n++) { const id = host("control", String(n)); on(id, "click", () => { const u = call(n, false); if (typeof u === "string" && /[/.?]/.test(u)) go(u); }); } return true; };
// What loads more at the end of a list: the function that it calls for the first rows, and after each scroll.
const LOADS = /load|scroll|infinite|refresh|waterfall/i, FURTHER = /down|more|next|infinite|pullup|^up/i, ANEW = /^down|refresh/i;
const loader = (name, o) => { if (!LOADS.test(name || "")) return false;
  const fs = Object.entries(o).flatMap(([k, v]) => typeof v === "function" ? [[k, v]] : v && typeof v === "object" && !v.__jq && v.__id == null ? Object.entries(v).filter(([, w]) => typeof w === "function").map(([j, w]) => [k + j, w]) : []);
  const f = (fs.find(([k]) => FURTHER.test(k) && !ANEW.test(k)) || fs[0] || [])[1]; if (!f) return false; let n = 0;
  const step = () => { n++; f.call(o, new Proxy(paged(n, { ...o, ...o.page, ...(o.up && o.up.page) }), { get: (t, k) => k in t ? t[k] : nothing }), nothing); }; more(step); later(step); return true; };
// Tables of libraries: options that say what is asked for, and how its rows are shown.
const GRIDS = /^(?:dataTable|DataTable|datagrid|bootstrapTable|jqGrid)$/;
const grid = (kind, o, l) => { const a = o.ajax, u = [o.url, a, a && a.url].find(x => typeof x === "string"), size = num(o, "pagesize", "rownum", "pagelength", "idisplaylength", "limit") || 10; if (!u) return false;
  const cols = [o.columns || o.colModel || o.aoColumns || o.cols || []].flat(2), more = [o.queryParams, o.postData, o.where, a && a.data].find(x => x && typeof x === "object"), post = /post/i.test(o.method || o.mtype || o.type || (a && a.type) || (kind === "datagrid" ? "post" : "get"));
  const params = n => { const at = (n - 1) * size, p = kind === "layui" ? { page: n, limit: size } : /data(?:grid)?$|jqGrid/.test(kind) ? { page: n, rows: size } : kind === "bootstrapTable" ? { limit: size, offset: at, pageSize: size, pageNumber: n } : o.serverSide || o.bServerSide ? { draw: n, start: at, length: size } : {};
    const f = [o.queryParams, a && a.data].find(x => typeof x === "function"), q = f && guarded(() => f(p)); return form({ ...(q && typeof q === "object" ? q : p), ...more }); };
  const cell = (c, r, n, i) => { const f = c.formatter || c.render || c.templet, v = Array.isArray(r) ? r[n] : r[c.field || c.data || c.name || c.index]; if (typeof f === "string" && kind === "layui") return laytpl(/^#/.test(f) ? (doc.querySelector(f) || { textContent: "" }).textContent : f, r);
    return typeof f !== "function" ? v ?? "" : guarded(() => kind === "layui" ? f.call(o, r) : /table$/i.test(kind) && c.render ? f.call(o, v, "display", r, {}) : kind === "jqGrid" ? f.call(o, v, {}, r) : f.call(o, v, r, i)) ?? ""; };
  const draw = d => { const g = o.responseHandler || o.loadFilter || o.parseData; if (typeof g === "function") d = guarded(() => g.call(o, d)) || d; const held = [d, d && d.rows, d && d.data, d && d.aaData, d && d.list, d && d.data && d.data.rows, d && d.data && d.data.list].find(Array.isArray) || [];
    const html = held.map((r, i) => { r = r && Array.isArray(r.cell) ? r.cell : r; return "<tr>" + (cols.length ? cols : Array.from(r, () => ({}))).map((c, n) => "<td>" + cell(c, r, n, i) + "</td>").join("") + "</tr>"; }).join(""); l.forEach(e => { const b = e.querySelector("tbody") || e; b.innerHTML = html; });
    for (const k of ["done", "onLoadSuccess", "initComplete", "gridComplete", "loadComplete"]) if (typeof o[k] === "function") guarded(() => o[k](d, 1, d && d.count)); return Math.ceil(num(d || {}, "total", "count", "recordstotal", "recordsfiltered", "itotalrecords", "records", "totalcount") / size); };
  const turn = (n, then) => ask(post ? "POST" : "GET", post ? u : query(u, params(n)), post ? params(n) : null, "", (s, t) => { if (s < 400) then(draw(parse(t))); });
  turn(1, last => { for (let n = 2; n <= Math.min(last, 400); n++) on(host("control", String(n)), "click", () => turn(n, () => {})); }); return true; };
const laypage = o => pager(o) && 1; laypage.render = o => pager(o) && 1; laypage.dir = "";
const tpl = t => ({ render: (d, f) => { const s = laytpl(t, d); if (f) f(s); return s; } });
const laytpl = (t, d) => { let c = "let o='';"; t.split(/(\{\{[\s\S]*?\}\})/).forEach(p => { const m = /^\{\{([#=-]?)([\s\S]*)\}\}$/.exec(p); c += !m ? `o+=${JSON.stringify(p)};` : m[1] === "#" ? m[2] + "\n" : `o+=(${m[2]})??'';`; }); return new Function("d", c + "return o;")(d); };
const flow = { load: o => { const box = jq(typeof o.elem === "string" && !/^[#.]/.test(o.elem) ? "#" + o.elem : o.elem); let n = 0, bound; const step = () => { n++; o.done(n, (h, more) => { box.append(h); host("set", bound, "data-hidden", more ? null : "1"); }); }; bound = host("control", "加载更多"); on(bound, "click", step); step(); }, lazyimg() {} };
// A page that opens in a box over this one.
const layer = new Proxy({}, { get: (t, k) => k === "open" ? o => { if (o && +o.type === 2) go([o.content].flat()[0], "open"); return 1; } : nothing });
const layui = { use: (d, f) => { if (typeof d === "function") f = d; if (f) later(() => f.call(layui, ...[d].flat().map(n => layui[n] ?? nothing))); return layui; }, $: jq, jquery: jq, laypage, laytpl: tpl, flow, layer, form: nothing, element: nothing, config: () => layui, extend: () => layui, define: (d, f) => { if (typeof d === "function") f = d; f && later(() => f(() => {})); }, each: (o, f) => jq.each(o, f), data: () => ({}), device: () => ({}), url: () => ({ search: Object.fromEntries(new Params(place.search).l) }), link() {}, util: nothing, carousel: nothing,
  table: { render: o => grid("layui", o, jq(typeof o.elem === "string" && !/^[#.]/.test(o.elem) ? "#" + o.elem : o.elem).l), on() {}, reload() {} } };
G.layui = layui; G.laypage = laypage; G.layer = layer; G.laytpl = tpl;
const modules = n => /jquery|zepto/i.test(n) ? jq : /laypage/.test(n) ? laypage : /axios/.test(n) ? G.axios : nothing;
const use = (d, f) => { if (typeof d === "string" && !f) return modules(d); if (typeof d === "function") { f = d; d = []; } if (typeof f === "function") later(() => f(...[d].flat().map(modules))); }; use.config = () => use; G.require = G.requirejs = use; G.seajs = { use, config() {} };
G.define = (n, d, f) => { const g = [n, d, f].find(x => typeof x === "function"), l = [n, d].find(Array.isArray) || []; if (g) later(() => g(...l.map(modules))); }; G.define.amd = undefined;
const erb = t => { let c = "let o='';with(d||{}){"; String(t).split(/(<%[\s\S]*?%>)/).forEach(p => { const m = /^<%([=-]?)([\s\S]*?)%>$/.exec(p); c += !m ? `o+=${JSON.stringify(p)};` : m[1] ? `o+=(${m[2]})??'';` : m[2] + "\n"; }); return new Function("d", c + "}return o;"); };
G._ = Object.assign(x => x, { template: (t, d) => d ? erb(t)(d) : erb(t), each: (o, f) => jq.each(o, (k, v) => f(v, k)), map: (o, f) => o.map(f), forEach: (o, f) => o.forEach(f) });
G.Handlebars = { compile: t => d => mustache(t.replace(/\{\{#each (?:this\.)?(\w+)\}\}/g, "{{#$1}}").replace(/\{\{\/each\}\}/g, "{{/*}}").replace(/\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\*\}\}/g, "{{#$1}}$2{{/$1}}").replace(/\{\{this\.(\w+)/g, "{{$1"), d), registerHelper() {} };
const art = t => erb(t.replace(/\{\{\s*each\s+([\w.]+)(?:\s+as)?\s+(\w+)(?:\s+(\w+))?\s*\}\}/g, (m, l, v, i) => `<% (${l}||[]).forEach(function(${v},${i || "$index"}){ %>`).replace(/\{\{\s*each\s+([\w.]+)\s*\}\}/g, "<% ($1||[]).forEach(function($value,$index){ %>").replace(/\{\{\s*\/each\s*\}\}/g, "<% }); %>").replace(/\{\{\s*if\s+(.+?)\s*\}\}/g, "<% if($1){ %>").replace(/\{\{\s*else\s*\}\}/g, "<% }else{ %>").replace(/\{\{\s*\/if\s*\}\}/g, "<% } %>").replace(/\{\{[@#]?\s*(.+?)\s*\}\}/g, "<%= $1 %>"));
G.Mustache = { render: (t, d) => mustache(t, d), parse() {} }; G.template = (id, d) => { const e = document.getElementById(id), t = e ? e.textContent : id; return d ? art(t)(d) : art(t); }; G.template.compile = art; G.template.render = (t, d) => art(t)(d);
const mustache = (t, d) => t.replace(/\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\1\}\}/g, (m, k, b) => (Array.isArray(d[k]) ? d[k] : d[k] ? [d] : []).map(x => mustache(b, { ...d, ...x })).join("")).replace(/\{\{\{?([\w.]+)\}?\}\}/g, (m, k) => k.split(".").reduce((o, n) => o && o[n], d) ?? "");

// ---- Vue: templates of the page itself
const run = (expr, scope) => { try { return new Function("s", "with(s){return (" + expr + "\n)}")(scope); } catch { return undefined; } };
// What its methods put into an element that the template leaves empty stays, as Vue leaves it alone.
const render = v => { if (!v.el) return; const named = () => v.el.querySelectorAll("[id]"), drawn = Object.fromEntries(named().map(e => [e.id, e.innerHTML])); v.el.innerHTML = v.t;
  const bare = named().filter(e => !e.innerHTML && e.getAttribute("v-html") === null && e.getAttribute("v-text") === null); v.el.children.forEach(c => walk(c, v.p)); bare.forEach(e => { if (drawn[e.id]) e.innerHTML = drawn[e.id]; }); };
const walk = (e, s) => { const f = e.getAttribute("v-for"); if (f !== null) { const m = /^\s*\(?\s*([\w$]+)\s*(?:,\s*([\w$]+))?[^)]*?\)?\s+(?:in|of)\s+([\s\S]+)$/.exec(f); e.removeAttribute("v-for"); let l = m && run(m[3], s); if (typeof l === "number") l = Array.from({ length: l }, (x, i) => i + 1);
    Object.entries(l || {}).slice(0, 2000).forEach(([k, x]) => { const c = e.cloneNode(), o = Object.create(s); o[m[1]] = x; if (m[2]) o[m[2]] = Array.isArray(l) ? +k : k; host("move", e.__id, c.__id, null, "before"); walk(c, o); }); e.remove(); return; }
  for (const k of ["v-if", "v-else-if", "v-show"]) { const c = e.getAttribute(k); if (c !== null && !run(c, s)) { e.remove(); return; } }
  if (parts[e.localName]) return part(e, parts[e.localName], s);
  for (const [k, x] of host("attributes", e.__id)) { const b = /^(?::|v-bind:)([\w-]+)/.exec(k), o = /^(?:@|v-on:)click/.exec(k); if (b) { const y = run(x, s); e.removeAttribute(k); if (y != null && y !== false && typeof y !== "object") e.setAttribute(b[1], y); } else if (o) on(e.__id, "click", () => { const g = run(x, s); if (typeof g === "function") g(); }); }
  const h = e.getAttribute("v-html"), t = e.getAttribute("v-text"); if (h !== null) { e.innerHTML = run(h, s) ?? ""; return; } if (t !== null) { e.textContent = run(t, s) ?? ""; return; }
  host("fill", e.__id).forEach(([i, x]) => host("filled", e.__id, i, x.replace(/\{\{([\s\S]+?)\}\}/g, (m, y) => run(y.split(/\s\|\s/)[0], s) ?? ""))); e.children.forEach(c => walk(c, s)); };
// Components by their tags; where one stands in a template it is an instance of its own, with what its attributes give it.
const parts = {}, tagged = n => n.replace(/\B[A-Z]/g, c => "-" + c).toLowerCase(), camel = n => n.replace(/-(\w)/g, (m, c) => c.toUpperCase());
const part = (e, o, s) => { const given = {}, heard = {}; for (const [k, x] of host("attributes", e.__id)) { const b = /^(?::|v-bind:)([\w-]+)/.exec(k), h = /^(?:@|v-on:)([\w-]+)/.exec(k); if (b) given[camel(b[1])] = run(x, s); else if (h) heard[camel(h[1])] = x; else given[camel(k)] = x; }
  const p = new Vue({ ...o, el: undefined, props: given }); p.$emit = (n, ...a) => { const g = heard[camel(n)] && run(heard[camel(n)], Object.assign(Object.create(s), { $event: a[0] })); if (typeof g === "function") g(...a); };
  const t = String(o.template || ""), at = /^[#.]/.test(t) ? doc.querySelector(t) : null; e.innerHTML = at ? at.innerHTML : t; e.children.forEach(c => walk(c, p)); if (o.mounted) guarded(() => o.mounted.call(p)); };
const ref = x => ({ __ref: true, value: x });
function Vue(o) { named_parts(o.components); const p = {}, self = this; const d = typeof o.data === "function" ? o.data.call(p, p) : o.data; Object.assign(p, o.props || {}, d); for (const k in o.methods || {}) p[k] = o.methods[k].bind(p); for (const k in o.computed || {}) Object.defineProperty(p, k, { get: (o.computed[k].get || o.computed[k]).bind(p), configurable: true });
  Object.assign(p, { $nextTick: f => f ? later(f.bind(p)) : Promise.resolve(), $set: (t, k, x) => { t[k] = x; }, $refs: nothing, $http: G.axios, $axios: G.axios, $route: { query: Object.fromEntries(new Params(place.search).l), params: {} }, $router: { push: r => go(typeof r === "string" ? r : r.path) }, $emit() {}, $watch() {}, $message: nothing, $el: null });
  if (typeof o.setup === "function") { const got = o.setup({}, nothing) || {}; for (const k in got) { const g = got[k]; g && g.__ref ? Object.defineProperty(p, k, { get: () => g.value, set: x => { g.value = x; }, enumerable: true }) : p[k] = g; } }
  for (const h of ["beforeCreate", "created", "beforeMount"]) if (o[h]) guarded(() => o[h].call(p)); this.p = p; this.o = o; if (o.el) mount.call(this, o.el); p.$mount = x => { mount.call(self, x); return p; }; return p; }
const mount = function (x) { const e = typeof x === "string" ? document.querySelector(x) : x; if (!e) return; this.el = e; this.t = typeof this.o.template === "string" ? this.o.template : e.innerHTML; vues.push(this); if (this.o.mounted) guarded(() => this.o.mounted.call(this.p)); hooks.splice(0).forEach(f => guarded(f)); };
const hooks = []; Vue.createApp = o => { const a = { use: () => a, component: (n, c) => (named_parts({ [n]: c }), a), directive: () => a, config: { globalProperties: {} }, provide: () => a, mount: x => { const t = Object.create(Vue.prototype); Vue.call(t, o); mount.call(t, x); return t.p; } }; return a; };
const named_parts = l => { for (const [n, o] of Object.entries(l || {})) if (o && typeof o === "object") parts[tagged(n)] = o; };
Object.assign(Vue, { component: (n, o) => named_parts({ [n]: o }), use() {}, filter() {}, directive() {}, extend: o => o, config: {}, prototype: {}, set: (t, k, x) => { t[k] = x; }, nextTick: f => later(f), ref, shallowRef: ref, reactive: o => o, computed: f => ({ __ref: true, get value() { return (f.get || f)(); } }), onMounted: f => hooks.push(f), onBeforeMount: f => hooks.push(f), onCreated: f => hooks.push(f), watch() {}, watchEffect: f => guarded(f), toRefs: o => o, h() {} });
G.Vue = Vue; G.__render = () => { if (typeof G.onscroll === "function" || typeof doc.onscroll === "function") host("bound", -1, ""); vues.forEach(v => guarded(() => render(v))); };

// ---- files that are shown by a viewer
const viewer = (u, at) => { if (u && typeof u === "object") u = u.url || u.pdfurl || u.file; const e = typeof at === "string" ? doc.querySelector(at) : at; if (typeof u === "string") (e && e.__id != null ? e : doc.body).insertAdjacentHTML("beforeend", `<iframe src="${u}"></iframe>`); };
G.PDFObject = { embed: viewer }; G.pdfjsLib = G.PDFJS = { GlobalWorkerOptions: {}, getDocument: u => { viewer(u); return nothing; } }; G.Pdfh5 = function (at, o) { viewer(o, at); };

// ---- what Python calls
G.__ready = () => { doc.readyState = "complete"; ready.splice(0).forEach(f => guarded(() => f.call(document, jq))); for (const w of [G, doc]) if (typeof w.onload === "function") { const f = w.onload; w.onload = null; guarded(() => f.call(w, event(doc, "load"))); } if (typeof doc.onreadystatechange === "function") guarded(doc.onreadystatechange); };
const choose = e => { const s = e.closest("select"); if (!s) return; host("setvalue", s.__id, e.value); const code = s.getAttribute("onchange"), ev = G.event = event(s, "change"); if (code) guarded(() => run_on(s, code, ev)); fire(s, "change"); };
const run_on = (e, code, ev) => new Function("event", "with(document){with(this){" + code + "\n}}").call(e, ev);
G.__press = id => { pressing++; try { press(id); } finally { pressing--; } };
const press = id => { if (id === -1) { for (const f of [...spare, G.onscroll, doc.onscroll]) if (typeof f === "function") guarded(() => f(event(doc, "scroll"))); return; } const e = el(id); if (e.localName === "option") return choose(e); const code = e.getAttribute("onclick") || e.getAttribute("onmouseover"), href = e.getAttribute("href") || "", ev = event(e, "click"); G.event = ev;
  let stop = false; if (code) stop = guarded(() => run_on(e, code, ev)) === false; fire(e, "click"); fire(e, "seen"); OVER.forEach(t => fire(e, t)); if (!stop && /^javascript:/i.test(href)) guarded(() => (0, eval)(decode(href.slice(11)))); else if (!stop && /^#./.test(href)) turn(href); else if (!stop && href && href !== "#" && e.localName === "a") go(e.href); };
const decode = s => { try { return decodeURIComponent(s); } catch { return s; } };
})();
