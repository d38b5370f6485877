"""Updates the page while somebody types into a text area, not only when they leave it.

Streamlit sends the value of a text area when it loses the focus, or on Ctrl+Enter. This invisible
component presses Ctrl+Enter after a short pause in typing. Without JavaScript, the text is sent
when the field loses the focus.
"""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_SCRIPT = """
export default function () {
  let timer;
  const commit = (event) => {
    if (event.target.tagName !== "TEXTAREA") return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const type of ["keydown", "keyup"]) {
        event.target.dispatchEvent(new KeyboardEvent(type, {
          key: "Enter", code: "Enter", ctrlKey: true, bubbles: true, cancelable: true,
        }));
      }
    }, 400);
  };
  document.addEventListener("input", commit);
  return () => { clearTimeout(timer); document.removeEventListener("input", commit); };
}
"""


def commit_while_typing() -> None:
    """Send text areas of this page shortly after each change."""
    _component()(key="live-typing", height=1)


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("live_typing", js=_SCRIPT)
