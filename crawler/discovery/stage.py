"""A page and its scripts -> the page as they make it; they run in a child process that reaches nothing.

It reads jobs on stdin, an object a line, and answers each with an object a line. The engine is QuickJS, with limits of
time and memory; the document is lxml's; stage.js connects the two. Nothing is fetched here:
what scripts ask for is told to the crawler, which may fetch it, politely and on record, and give the answer.

The words: a page that is played stands on a *stage*. Its *handles* are the elements that react to a *press*. Its
*leads* are the handles that go to an address, send a form or ask for something; each is tried on a *twin*, a second
stage with the same page, so that the first one stays as it is.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

import quickjs
from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery import dom, handed, jump, sheet
from crawler.discovery.general import BLIND, shows_month
from crawler.discovery.link import look_of, viewed
from crawler.discovery.messages import Ask, Handle, Lead, State
from crawler.discovery.numbered import asks_for_page
from crawler.discovery.scripted import HEADLINE, form_address, is_asked
from crawler.queue.address import route

# Seconds of CPU and bytes for one job: a page that takes more ends the process, and the crawler begins another.
SECONDS, BYTES, STACK = 4, 64 * 2**20, 2**20
# Of the child process.
PROCESS_BYTES = 1024 * 2**20
# How often a page may be started: once more for each undefined name, and for each answer that a script waited for.
RUNS = 12
# The most scripts that are run because other scripts of the page wrote them.
NESTED = 50
# How often queued callbacks are run, and how many promises each time.
ROUNDS, PROMISES = 40, 5000
# The most elements that are pressed to see where they lead.
PRESSED = 400
# How often a page is opened anew for that, after an element that asked for something.
BEGUN = 12
_UNDEFINED = re.compile(r"'?([A-Za-z_$][\w$]*)'? is not defined")
_TYPES = ("", "text/javascript", "application/javascript", "text/ecmascript", "module", "application/x-javascript")
# Elements that may be pressed because a box around them listens, and the most characters of their text.
_LEAVES, LEAF = ("a", "button", "span", "li", "div", "i", "em", "p", "td"), 12
_SCRIPTED = re.compile(r"javascript:(?!\s*(?:void|;|$))", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*<!--[^\n]*")
# Addresses that were made of something that is not there.
_NOWHERE = re.compile(r"\b(?:undefined|NaN)\b")
# What functions of old pages call their arguments by, which QuickJS does not know.
_ARGUMENTS = re.compile(r"\b[A-Za-z_$][\w$]{0,60}\.arguments\b")
# The prefix of requests for the content of a frame; other requests come from scripts.
_FRAME = "FRAME "
_HAN = re.compile(r"[\u3400-\u9fff]")
# The box that a framework fills.
_BOXES = etree.XPath("//body//div[@id][not(*)][not(normalize-space())]")
# Elements in a frame that name an address, which is relative to the frame.
_NAMING = ("a", "area", "img", "embed", "iframe", "frame")


class Stage:
    """One page on the stage."""

    def __init__(self, job: dict[str, Any], like: Stage | None = None) -> None:
        """Play the page of a job; `like`: as far as another stage has played it."""
        self.job = job
        job.setdefault("now", int(time.time() * 1000))
        answers = like.answers if like else {key: (a, b) for key, (a, b) in job.get("answers", {}).items()}
        self.answers: dict[str, tuple[int, str]] = answers
        self.own = (urlsplit(job["url"]).netloc.lower(),)
        # Undefined names, and the places of elements that were pressed.
        self.nothing: list[str] = list(like.nothing) if like else []
        self.history: list[str] = list(like.history) if like else []
        # What was asked for again.
        self.repeated: list[str] = []
        # What the style sheet of a page in XML makes of it.
        styled = job["scripts"].values() if sheet.named(job["html"]) else ()
        self.styled = "".join(sheet.made(job["html"], each) for each in styled)
        self.start()

    def start(self) -> None:
        """Run the page from its beginning, again for each undefined name, then repeat the presses so far."""
        for _ in range(RUNS):
            self._open()
            missed = self._run_scripts()
            if missed is None and not self.waiting:
                self._call("__names()")
                self._call("__ready()")
                missed = self._settle()
            if missed is None or missed in self.nothing:
                break
            self.nothing.append(missed)
        for place in self.history if not self.waiting else ():
            if place == "-1":
                self._call("__press(-1)")
            elif (element := self.dom.at(place)) is not None:
                self._call(f"__press({self.dom.number(element)})")
            self._settle()
        self._ask_frames()
        if not self.asks and not self.waiting:
            self._show_data()

    def _show_data(self) -> None:
        """Put what the page hands to a framework into the box that the framework would fill."""
        box = next(iter(_BOXES(self.dom.root)), None)
        if box is None or not handed.NAMED.search(self.job["html"]):
            return
        scripts = self.dom.root.iter("script")
        self._data += [str(each.text) for each in scripts if handed.NAMED.search(each.get("id") or "")]
        self._call("__state()")
        if html := max(map(handed.shown, self._data), key=len, default=""):
            self.dom.put(box, "end", html)

    def _open(self) -> None:
        self.dom = dom.Dom(self.job["url"], self.styled or self.job["html"], self.job.get("encoding", "utf-8"))
        self.dom.changed = bool(self.styled)
        self.asks: dict[str, Ask] = {}
        self.went: list[str] = []
        self.sent: list[dict[str, str]] = []
        self.bound: dict[int, str] = {}
        self.changing: set[int] = set()
        self.errors: list[str] = []
        self.framed: dict[str, Any] = {}
        self.inside: dict[Any, Any] = {}
        self.waiting = self._quiet = False
        self._writing: list[str] = []
        self._data: list[str] = []
        self._nested = 0
        self._current: Any = None
        self._controls: Any = None
        self._engine = quickjs.Context()
        self._engine.set_memory_limit(BYTES)
        self._engine.set_max_stack_size(STACK)
        self._engine.add_callable("__host", self._host)
        self._engine.eval(resources.files("crawler.discovery").joinpath("stage.js").read_text("utf-8"))
        for name in self.nothing:
            self._engine.eval(f"__nothing({json.dumps(name)})")
        self._call("__names()")

    def _run_scripts(self) -> str | None:
        """Run the scripts of the page in their order; the first undefined name, if any."""
        for element in list(self.dom.root.iter("script")):
            missed = self._script(element)
            if self.waiting or (missed is not None and missed not in self.nothing):
                return missed
        return None

    def _script(self, element: Any, *, written: bool = False) -> str | None:
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        code = self._code(element, written=written) if kind in _TYPES else None
        if not code or not code.strip():
            return None
        self._current = element
        missed = self._call(_ARGUMENTS.sub("arguments", _COMMENT.sub("", code)))
        self._current = None
        if self._writing:
            text, self._writing = "".join(self._writing), []
            missed = self._write(element, text) or missed
        return missed

    def _write(self, element: Any, text: str) -> str | None:
        """Put what a script wrote behind it, and run scripts that it holds; the first undefined name, if any."""
        before = list(self.dom.root.iter("script"))
        self.dom.put(element, "after", text)
        missed = None
        for script in [each for each in self.dom.root.iter("script") if each not in before]:
            self._nested += 1
            if missed is None and not self.waiting and self._nested <= NESTED:
                missed = self._script(script, written=True)
        return missed

    def _code(self, element: Any, *, written: bool) -> str | None:
        """The code of a script; the page waits for the file of one that was `written` by another."""
        if not (source := element.get("src")):
            return cast("str | None", element.text)
        url = self.dom.join(source)
        if not written or url in self.job["scripts"]:
            return cast("str | None", self.job["scripts"].get(url))
        key = f"GET {url} "
        if key not in self.answers and is_asked({"method": "GET", "url": url, "heard": True}, self.own) is None:
            self._asked(key, "GET", url, heard=True, waits=True)
            self.waiting = True
        status, code = self.answers.get(key, (404, ""))
        return code if status < 400 else None

    def _call(self, code: str) -> str | None:
        """Run code; the undefined name that ended it, if one did."""
        try:
            # The binding cannot return every value, such as a long text that was put together.
            self._engine.eval(f"{code}\n;0")
        except quickjs.JSException as error:
            self.errors.append(str(error)[:200])
            if "waits for" in str(error):
                self.waiting = True
            elif found := _UNDEFINED.search(str(error)):
                return found[1]
        return None

    def _settle(self) -> str | None:
        """Run queued callbacks; an undefined name, if there is one."""
        for _ in range(ROUNDS):
            try:
                done = 0
                while done < PROMISES and self._engine.execute_pending_job():
                    done += 1
                if not self._engine.eval("__idle()") and not done:
                    break
            except quickjs.JSException as error:
                self.errors.append(str(error)[:200])
        self._call("__render()")
        missed = (found[1] for error in self.errors if (found := _UNDEFINED.search(error)))
        return next((name for name in missed if name not in self.nothing), None)

    def _ask_frames(self) -> None:
        """Ask for what stands in those frames of the page that belong to it."""
        for element in list(self.dom.root.iter("iframe", "frame", "object")) if self.job.get("frames") else ():
            self._ask_frame(element)

    def _ask_frame(self, element: Any) -> None:
        url = self.dom.join(element.get("src") or element.get("data") or "").partition("#")[0]
        if urlsplit(url).netloc.lower() not in self.job["frames"] or viewed(url) is not None or look_of(url) == "file":
            return
        self.framed[_FRAME + url] = element
        if _FRAME + url in self.answers:
            self._frame(_FRAME + url)
        else:
            self._asked(_FRAME + url, "GET", url, heard=True)

    def _frame(self, key: str) -> None:
        """Put what stands in a frame in its place; the frame of a list stays, as its pager may turn it."""
        element, (status, text) = self.framed.pop(key), self.answers[key]
        body = dom.document(text).find("body")
        if status >= 400 or body is None:
            return
        for link in body.iter(*_NAMING):
            name = "href" if link.get("href") else "src"
            if (address := link.get(name) or "") and not address.startswith(("#", "javascript:", "data:")):
                link.set(name, self.dom.join(address, key.removeprefix(_FRAME)))
        if (before := self.inside.pop(element, None)) is not None:
            dom.take(before)
        if element.tag == "frame":
            self._make_body(element)
        self.dom.put(element, "after", f"<div>{dom.inner(body)}</div>")
        if self.job.get("turns"):
            self.inside[element] = element.getnext()
            element.attrib.pop("src", None)
        else:
            dom.take(element)

    def _make_body(self, frame: HtmlElement) -> None:
        """Turn the sets around a frame into a body: what stands in a set of frames is no text of a page."""
        for around in reversed(list(frame.iterancestors("frameset"))):
            around.tag = "body" if self.dom.root.find("body") is None else "div"

    def answer(self, key: str, status: int, text: str) -> None:
        """Give what was asked for."""
        self.answers[key] = (status, text)
        if key in self.framed:
            self._frame(key)
        elif self.waiting:
            self.start()
        else:
            self._call(f"__answer({json.dumps(key)}, {status}, {json.dumps(text)})")
            self._settle()

    def press(self, number: int) -> None:
        """Press an element; -1: scroll to the end of the page."""
        self.went, self.sent = [], []
        self.history.append("-1" if number == -1 else self.dom.path(number))
        self.dom.turned.clear()
        self._call(f"__press({number})")
        for frame in self.dom.turned if self.job.get("turns") else ():
            self._ask_frame(frame)
        self._settle()

    def state(self) -> State:
        """What the page shows now, and the requests that are new."""
        new = [ask for ask in self.asks.values() if ask.pop("new", False)]
        return {
            "asks": new,
            "went": self.went,
            "changed": self.dom.changed,
            "errors": self.errors[-5:],
            "html": self.dom.shown(),
            "handles": self.handles(),
        }

    def handles(self) -> list[Handle]:
        """Elements that react to a press, in the order of the page; -1 stands for scrolling to its end."""
        inside = {each for css in self.bound.values() if css for each in dom.select(self.dom.root, css)}
        if self._engine.eval("__routed()"):
            inside.update(dom.select(self.dom.root, "a[href^='#']:not([href='#'])"))
        every = (element for element in self.dom.root.iter() if isinstance(element.tag, str))
        found = [self._handle(element) for element in every if self._is_handle(element, inside)]
        end: list[Handle] = [{"id": -1, "text": "", "class": "", "around": "", "code": ""}] if -1 in self.bound else []
        return found[:PRESSED] + end

    def _handle(self, element: Any) -> Handle:
        words = dom.said_by(element)[:80]
        return {
            "id": self.dom.number(element),
            "text": words,
            "class": _named(element),
            "around": _around(element, words),
            "code": (element.get("onclick") or element.get("onmouseover") or element.get("href") or "")[:120],
        }

    def _is_handle(self, element: Any, inside: set[Any]) -> bool:
        if element.get("data-hidden") or element.get("disabled") is not None:
            return False
        if "__doPostBack" in (element.get("href") or ""):
            # Its form is read without the stage, see `aspnet`.
            return False
        number = self.dom.known(element)
        if element.tag == "option":
            return self._is_chosen(element)
        bound = number is not None and self.bound.get(number) == ""
        scripted = element.get("onclick") or element.get("onmouseover") or _SCRIPTED.match(element.get("href") or "")
        return bool(scripted or bound or element in inside or self._is_heard(element))

    def _is_chosen(self, element: Any) -> bool:
        """Whether choosing an option of a list runs a script."""
        chosen = next(element.iterancestors("select"), None)
        if chosen is None or element.get("selected") is not None:
            return False
        return chosen.get("onchange") is not None or self.dom.known(chosen) in self.changing

    def _is_heard(self, element: Any) -> bool:
        """Whether an element in a box that listens for presses is a few words, or holds data for whoever listens."""
        words = not len(element) and element.tag in _LEAVES and 0 < len((element.text or "").strip()) <= LEAF
        if not words and not any(str(name).startswith("data-") for name in element.attrib):
            return False
        return any(self.bound.get(self.dom.known(around) or 0) == "" for around in element.iterancestors())

    def leads(self) -> list[Lead]:
        """Press each element on a fresh stage to see where it leads, and write the address into the document."""
        framed = _Framed()
        found = self._tried(framed)
        known = {lead["path"] for lead in found}
        for handle, place in ((handle, self.dom.path(handle["id"])) for handle in map(self._handle, framed.options())):
            if place not in known:
                led = framed.lead(self.dom.elements[handle["id"]])
                found.append(cast("Lead", {**handle, "path": place, **(led or {})}))
        self._lead_on(found)
        return [lead for lead in found if lead["went"] or lead["sent"] or lead["asks"]]

    def _tried(self, framed: _Framed) -> list[Lead]:
        """Where each element leads, tried on twins."""
        other, found = self._twin(), list[Lead]()
        places = [(handle, other.dom.path(handle["id"])) for handle in other.handles() if handle["id"] != -1]
        numbers: dict[str, int | None] = {place: handle["id"] for handle, place in places}
        begun = 0
        for handle, place in places:
            option = self.dom.at(place) if "/option" in place else None
            led = framed.lead(option) or other.lead(numbers[place])
            framed.learn(option, led["went"])
            found.append(cast("Lead", {**handle, "path": place, **led}))
            if led["asks"] and begun < BEGUN:
                # A script that waits for its answer may do nothing else meanwhile.
                begun += 1
                other = self._twin()
                numbers = {place: other.placed(place) for _, place in places}
        return found

    def _lead_on(self, leads: list[Lead]) -> None:
        """Write where elements lead into the document."""
        shared, routed = _shared(leads), self._engine.eval("__routed()")
        for lead in leads:
            row = self.dom.at(lead["path"]) if routed and route(lead["code"]) else None
            if row is not None and len(_HAN.findall(lead["text"])) >= HEADLINE:
                # Its script shows an article in the place of the list.
                row.set("href", self.dom.join(lead["code"]))
            if shared.isdisjoint(lead["went"]):
                self._annotate(lead)

    def _twin(self) -> Stage:
        """Another stage with the same page, as far as it was played."""
        return Stage(self.job, self)

    def placed(self, place: str) -> int | None:
        """The number of the element that stands at a place; None: none does."""
        element = self.dom.at(place)
        return None if element is None else self.dom.number(element)

    def lead(self, number: int | None) -> dict[str, Any]:
        """Press an element, and say where that leads; what it asks for is forgotten. None: it is there no more."""
        if number is None:
            return {"went": [], "sent": None, "asks": 0}
        before = set(self.asks)
        self.repeated.clear()
        filled = jump.fill(self.dom.elements[number])
        self.press(number)
        new = [self.asks.pop(key) for key in self.asks.keys() - before]
        sent = self.sent[-1] if self.sent else None
        # Of two years that are chosen by the same function, the answer to one is known.
        again = sum(key.startswith("GET ") for key in self.repeated)
        asks, reads = len(new) + len(self.repeated), sum(map(_reads, new)) + again
        return {"went": self.went[-1:], "sent": sent, "asks": asks, "reads": reads, "filled": filled}

    def _annotate(self, lead: Lead) -> None:
        element, sent = self.dom.at(lead["path"]), lead["sent"]
        if element is None or not (lead["went"] or sent):
            return
        if lead["went"]:
            target = lead["went"][0]
        else:
            assert sent is not None
            target = form_address(sent["url"], sent["form"]) if "form" in sent else sent["url"]
        if element.tag == "option" or lead["filled"]:
            # No link can stand in a list of options, and a button does not say that it leads to the next page.
            option, element = element, self.dom.elements[self._h_control("下一页" if lead["filled"] else lead["text"])]
            if option.tag == "option" and not self._controls.text:
                # The page that is shown: of two pages, one number alone would be no pager.
                self._controls.text = f"{dom.said_by(dom.picked(_select_of(option)))} "
        if element.tag == "a":
            element.set("href", target)
            element.attrib.pop("onclick", None)
        else:
            element.set("onclick", f"location.href='{target}'")

    # What stage.js calls, beside the operations of the document.

    def _host(self, text: str) -> str:
        name, *given = json.loads(text)
        done = getattr(self.dom, name) if name in dom.OPERATIONS else getattr(self, f"_h_{name}")
        answer = done(*given)
        return "" if answer is None else json.dumps(answer)

    def _h_place(self) -> dict[str, str]:
        url = self.job["url"]
        parts = urlsplit(url)
        return {
            "href": url,
            "protocol": f"{parts.scheme}:",
            "host": parts.netloc,
            "hostname": parts.hostname or "",
            "port": str(parts.port or ""),
            "pathname": parts.path or "/",
            "search": f"?{parts.query}" if parts.query else "",
            "hash": self.job.get("hash", ""),
            "origin": f"{parts.scheme}://{parts.netloc}",
            "agent": self.job["agent"],
        }

    def _h_now(self) -> int:
        return int(self.job["now"])

    def _h_write(self, text: str) -> None:
        if self._current is not None:
            self._writing.append(text)

    def _h_current(self) -> int | None:
        return None if self._current is None else self.dom.number(self._current)

    def _h_run(self) -> None:
        """HTML was loaded; scripts in it are not run."""

    def _h_went(self, url: str, _: str = "") -> None:
        if self._quiet or not url.strip() or url.startswith("#") or _NOWHERE.search(url):
            return
        if url[:11].lower() != "javascript:":
            self.went.append(self.dom.join(url))

    def _h_submit(self, number: int) -> None:
        form = self.dom.elements[number]
        fields = dom.written(form, self.dom.fields(number))
        target = self.dom.join(form.get("action") or self.job["url"]).partition("#")[0]
        if (form.get("method") or "get").lower() == "post":
            self.sent.append({"url": target, "form": fields})
        else:
            self.sent.append({"url": self.dom.join(f"{target.partition('?')[0]}?{fields}")})

    def _h_state(self, text: str) -> None:
        self._data.append(text)

    def _h_quiet(self, on: int) -> None:
        self._quiet = bool(on)

    def _h_bound(self, number: int, css: str, kind: str = "") -> None:
        if kind == "change":
            self.changing.add(number)
        elif not kind.startswith("mouse") or css or len(self.dom.text(number).strip()) <= LEAF:
            # A box that hears the mouse stops a slide show; a tab is a few words.
            self.bound[number] = css

    def _h_control(self, text: str) -> int:
        """A link that a library's pager would have made."""
        if self._controls is None:
            body = self.dom.root.find("body")
            self._controls = etree.SubElement(self.dom.root if body is None else body, "div", {"class": "pages"})
        element = etree.SubElement(self._controls, "a")
        element.text, element.tail = text, " "
        return self.dom.number(element)

    def _h_error(self, said: str) -> None:
        self.errors.append(said[:200])

    def _h_utf8(self, numbers: list[int]) -> str:
        return bytes(number & 255 for number in numbers).decode("utf-8", "replace")

    def _h_ask(
        self, method: str, url: str, body: str | None, kind: str, sync: int, heard: int, headers: dict[str, str]
    ) -> list[Any]:
        url = self.dom.join(url).partition("#")[0]
        key = " ".join((method, url, body or ""))
        if (known := self.answers.get(key)) is not None:
            self.repeated.append(key)
            return [key, list(known)]
        # A page that waits runs anew with the answer, even if it catches the error that ends it here.
        self.waiting = self.waiting or bool(sync)
        self._asked(key, method, url, body=body, kind=kind, heard=bool(heard), waits=bool(sync), headers=headers)
        return [key, None]

    def _asked(
        self,
        key: str,
        method: str,
        url: str,
        *,
        body: str | None = None,
        kind: str = "",
        heard: bool = False,
        waits: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Ask for something; `waits`: the page stands still until there is an answer."""
        ask: Ask = {
            "key": key,
            "method": method,
            "url": url,
            "body": body,
            "type": kind,
            "headers": dict(headers or {}),
            "heard": heard,
            "waits": waits,
            "new": True,
        }
        self.asks.setdefault(key, ask)


class _Framed:
    """Lists of choices whose handler puts each value between the same words: the first two tell, the rest is read."""

    def __init__(self) -> None:
        self._frames: dict[Any, tuple[str, str] | None] = {}
        self._sure: set[Any] = set()

    def learn(self, option: Any, went: list[str]) -> None:
        """Learn from where the choice of an option led."""
        select = _select_of(option)
        if select is None or select in self._sure or not (went and (value := dom.chosen(option))):
            return
        before, mark, after = went[0].rpartition(value)
        frame = (before, after) if mark else None
        if frame is not None and self._frames.get(select) == frame:
            self._sure.add(select)
        self._frames[select] = frame

    def lead(self, option: Any) -> dict[str, Any] | None:
        """Where the choice of an option leads; None: it has to be tried."""
        select = _select_of(option)
        frame = self._frames[select] if select in self._sure else None
        if frame is None or not (value := dom.chosen(option)):
            return None
        return {"went": [f"{frame[0]}{value}{frame[1]}"], "sent": None, "asks": 0, "reads": 0, "filled": False}

    def options(self) -> Iterator[Any]:
        """The options of these lists that are not shown."""
        for select in self._sure:
            yield from (each for each in select.iter("option") if each is not dom.picked(select))


def _select_of(option: Any) -> Any:
    return None if option is None else next(option.iterancestors("select"), None)


def _shared(leads: list[Lead]) -> set[str]:
    """Addresses that several rows lead to, and that stand for none of them: a store says which article is shown."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for lead in leads:
        for url in lead["went"] if len(_HAN.findall(lead["text"])) >= HEADLINE else ():
            titles[url].add(lead["text"])
    return {url for url, rows in titles.items() if len(rows) >= BLIND}


def _reads(ask: Ask) -> bool:
    """Whether a request only asks for something: by GET, or by POST for the first page of a list."""
    return bool(ask["method"] == "GET" or asks_for_page(ask["body"] or ""))


def _around(element: Any, words: str) -> str:
    """The names of the boxes around an element; `calendar` where a few words stand beside the days of a month."""
    boxes = list(islice(element.iterancestors(), 4))
    named = " ".join(map(_named, boxes[:3]))
    if len(words) > LEAF or "calendar" in named:
        return named
    return f"{named} calendar" if any(map(shows_month, boxes)) else named


def _named(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def main() -> None:
    """Do jobs until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_BYTES, PROCESS_BYTES))
    stage: Stage | None = None
    for line in sys.stdin:
        job = json.loads(line)
        # QuickJS has a limit of time too, but not together with calls into Python.
        spent = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + SECONDS, -1))
        try:
            if job["do"] == "open":
                stage = Stage(job)
            assert stage is not None
            if job["do"] == "answer":
                stage.answer(job["key"], job["status"], job["text"])
            elif job["do"] == "press":
                stage.press(job["id"])
            said = {"leads": stage.leads()} if job["do"] == "leads" else {}
            reply: dict[str, Any] = {**stage.state(), **said}
        except Exception as error:  # noqa: BLE001 - whatever a page does to the engine, the next page is shown
            reply = {"failed": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
