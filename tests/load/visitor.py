"""A visitor without a browser: what a browser sends the server, and everything that the server answers."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

PATIENCE = 600.0  # seconds


@dataclass(frozen=True)
class Answer:
    """What one run of a page drew.

    Attributes
    ----------
    said : frozenset of str
        Every text, table of marks and figure, with its numbers; what is random by design (identities) is not in it.
    wrong : tuple of str
        Faults that the page or the server told of.
    """

    said: frozenset[str]
    wrong: tuple[str, ...]


class Visitor:
    """One session.

    Parameters
    ----------
    server : str
        ``127.0.0.1:8501``.
    page, link : str
        Which page, and the settings in its address.
    """

    def __init__(self, server: str, page: str, link: str = "") -> None:
        self._server, self._page, self._link = server, page, link
        self._socket = connect(
            f"ws://{server}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
        )
        self._session, self._field = "", ""

    def close(self) -> None:
        """As when the tab is closed."""
        self._socket.close()

    def open(self, page: str | None = None, link: str | None = None) -> Answer:
        """Draw the page, or go to another one."""
        self._page, self._link = page or self._page, self._link if link is None else link
        return self._run([])

    def send(self, name: str, data: bytes) -> Answer:
        """Put a file into the page's field and draw the page with it."""
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session
        self._socket.send(request.SerializeToString())
        urls = next(m for m in self._heard() if m.WhichOneof("type") == "file_urls_response").file_urls_response
        place = urls.file_urls[0]
        _put(f"http://{self._server}{place.upload_url}", name, data)
        state = WidgetState(id=self._field)
        file = state.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(data), place.file_id
        file.file_urls.CopyFrom(place)
        return self._run([state])

    def _run(self, states: list[WidgetState]) -> Answer:
        message = BackMsg()
        message.rerun_script.query_string = self._link
        message.rerun_script.page_name = self._page
        message.rerun_script.widget_states.widgets.extend(states)
        self._socket.send(message.SerializeToString())
        drawn: dict[tuple[int, ...], Element] = {}
        for heard in self._heard():
            kind = heard.WhichOneof("type")
            if kind == "new_session":
                self._session = heard.new_session.initialize.session_id
            elif kind == "delta":
                _draw(drawn, heard)
            elif kind == "script_finished":
                break
        self._field = next((e.file_uploader.id for e in drawn.values() if e.HasField("file_uploader")), self._field)
        return Answer(frozenset(filter(None, map(_words, drawn.values()))), tuple(_faults(drawn)))

    def _heard(self) -> Iterator[ForwardMsg]:
        while True:
            yield ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE))


def _put(url: str, name: str, data: bytes) -> None:
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + data + f"\r\n--{edge}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    urllib.request.urlopen(urllib.request.Request(url, body, kind, method="PUT"), timeout=PATIENCE).close()


def _draw(drawn: dict[tuple[int, ...], Element], heard: ForwardMsg) -> None:
    """Put an element, or a new block in place of what stood there."""
    path = tuple(heard.metadata.delta_path)
    for place in [place for place in drawn if place[: len(path)] == path]:
        del drawn[place]
    if heard.delta.WhichOneof("type") == "new_element":
        drawn[path] = heard.delta.new_element


def _words(element: Element) -> str:
    kind = element.WhichOneof("type")
    if kind in ("markdown", "alert", "text", "heading", "code"):
        told = getattr(element, kind)
        return f"{kind}: {told.code_text if kind == 'code' else told.body}"
    if kind == "plotly_chart":
        return f"figure: {json.dumps(json.loads(element.plotly_chart.spec), sort_keys=True)}"
    return ""


def _faults(drawn: dict[tuple[int, ...], Element]) -> Iterator[str]:
    for element in drawn.values():
        if element.HasField("exception"):
            yield element.exception.message
        if element.HasField("alert") and element.alert.format == element.alert.ERROR:
            yield element.alert.body
