"""What the crawler and the child process with the stage tell each other about a page, as JSON."""

from __future__ import annotations

from typing import TypedDict


class Ask(TypedDict, total=False):
    """A request of a page.

    Keys:
        key: names the request for its answer.
        body, type: of a POST; the type of its content.
        heard: a script uses the answer.
        waits: the page stands still until there is an answer.
        new: the crawler was not told of it yet.
    """

    key: str
    method: str
    url: str
    body: str | None
    type: str
    headers: dict[str, str]
    heard: bool
    waits: bool
    new: bool


class Handle(
    TypedDict(
        "_Handle",
        # One of these is no name of Python.
        {"id": int, "text": str, "class": str, "around": str, "code": str},
    )
):
    """An element that reacts to a press.

    Keys:
        id: its number; -1: not an element, but scrolling to the end of the page.
        text: its first words.
        class, around: its classes and id; those of the boxes around it.
        code: its handler or address.
    """


class Lead(Handle, total=False):
    """Where a press on an element leads.

    Keys:
        path: its place in the document.
        went: the address to which the page goes.
        sent: the form that is sent: `url`, and `form` if it is a POST.
        asks: the number of requests; `reads`: those of them that only read.
        filled: it took a form field that was filled in.
    """

    path: str
    went: list[str]
    sent: dict[str, str] | None
    asks: int
    reads: int
    filled: bool


class State(TypedDict, total=False):
    """What a page shows.

    Keys:
        asks: its new requests.
        went: the addresses to which its scripts go by themselves.
        changed: it shows what the server's page does not.
        errors: the last errors of its scripts.
        html: the document.
        handles, leads: the elements that react to a press, and where they lead, if that was asked.
    """

    asks: list[Ask]
    went: list[str]
    changed: bool
    errors: list[str]
    html: str
    handles: list[Handle]
    leads: list[Lead]
