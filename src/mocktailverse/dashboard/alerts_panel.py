"""The part of the pipeline page where people act: rejected records, failed loads, dead letters."""

from collections import Counter
from collections.abc import Callable, Sequence

import streamlit as st

from mocktailverse.dashboard.context import Connections
from mocktailverse.dashboard.live_snapshot import Pulse
from mocktailverse.dashboard.rejections import LINES, Line, Rejections, explanation
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.time_text import clock_text
from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.load import Load
from mocktailverse.pipeline.redrive import redrive
from mocktailverse.pipeline.replay import replay

REASONS_OF = 10
"""The newest loads whose reasons are summed up."""

LETTERS = 500
"""Dead letters sent again at one click."""

_OUTCOME = "pipeline-outcome"


def show_attention(found: Connections) -> None:
    """What was rejected or failed, why, and the buttons that send it in again."""
    _tell_outcome()
    pulse = found.pulse.get().value
    if pulse is None:
        return
    loads = pulse.need_attention
    st.header("Rejected and failed", anchor=False)
    with st.container():
        _show_actions(found, pulse, loads)
    if not loads:
        st.caption("No record was rejected and no load failed among the loads above.")
        return
    try:
        _show_reasons(found, loads)
        _show_load(found, loads)
    except MocktailverseError as error:
        st.warning(f"This cannot be read now: {plain(error)}", icon=":material/cloud_off:")


def _show_actions(found: Connections, pulse: Pulse, loads: Sequence[Load]) -> None:
    if not found.can_act:
        st.caption(
            "This dashboard only reads. To act: `mocktailverse replay --rejected --failed "
            f"--env {plain(found.stage)}`, `mocktailverse redrive --env {plain(found.stage)}`."
        )
        return
    with st.container(horizontal=True):
        st.button(
            f"Replay all {len(loads)}",
            key="replay-all",
            icon=":material/replay:",
            help="Load them anew, with today's code: the same raw objects, by the front door.",
            disabled=not loads,
            on_click=_act,
            args=(found, lambda: _replayed(found, loads)),
        )
        st.button(
            f"Redrive {pulse.dead:,} dead letters" if pulse.dead else "No dead letters",
            key="redrive",
            icon=":material/outgoing_mail:",
            help="Send them to the queue again, after their cause was repaired.",
            disabled=not pulse.dead,
            on_click=_act,
            args=(found, lambda: _redriven(found)),
        )


def _show_reasons(found: Connections, loads: Sequence[Load]) -> None:
    rejecting = [load for load in loads if load.counts.rejected][:REASONS_OF]
    if not rejecting:
        return
    codes = sum((found.rejections.read(load).codes for load in rejecting), Counter[str]())
    lines = [
        f"- **{plain(code)}** ({number:,}): {plain(explanation(code) or 'not known here')}"
        for code, number in codes.most_common()
    ]
    st.markdown(f"Reasons in the newest {len(rejecting)} of them:\n\n" + "\n".join(lines))


def _show_load(found: Connections, loads: Sequence[Load]) -> None:
    by_id = {load.object.load_id(load.generation): load for load in loads}
    now = found.clock()

    def label(load_id: str) -> str:
        load = by_id[load_id]
        what = "failed" if load.status == "failed" else f"{load.counts.rejected:,} rejected"
        name = short(load.object.key.rpartition("/")[2], 60)
        return f"{name} · {what} · {clock_text(load.started_at, now)} · {load_id[:6]}"

    chosen = st.selectbox("Raw object", list(by_id), format_func=label, key="attention-load")
    load = by_id[chosen]
    st.caption(plain(load.object.key, 1100))
    if load.error:
        st.error(plain(load.error), icon=":material/error:")
    if found.can_act:
        st.button(
            "Replay this raw object",
            key="replay-one",
            icon=":material/replay:",
            on_click=_act,
            args=(found, lambda: _replayed(found, [load])),
        )
    if load.counts.rejected:
        _show_lines(load, found.rejections.read(load))


def _show_lines(load: Load, rejections: Rejections) -> None:
    if not rejections.lines:
        st.caption("The rejected lines have expired.")
        return
    for line in rejections.lines:
        _show_line(line)
    if len(rejections.lines) < load.counts.rejected:
        read = min(LINES, load.counts.rejected)
        st.caption(
            f"The first {len(rejections.lines)} of {load.counts.rejected:,}; reasons are counted "
            f"in the first {read:,}. All of them: `mocktailverse rejected`."
        )


def _show_line(line: Line) -> None:
    place = "the whole object" if line.position is None else f"position {line.position:,}"
    with st.expander(f"**{plain(line.code)}** · {place} · {plain(line.message, 100)}"):
        st.caption(f"At {plain(line.path)}: {plain(line.message, 1000)}")
        st.code(line.raw, language=None, wrap_lines=True)


def _act(found: Connections, action: Callable[[], str]) -> None:
    """Do what a button says; the outcome is told when the page is drawn next."""
    try:
        outcome = action()
    except MocktailverseError as error:
        outcome = f"AWS refused: {plain(error)}"
    st.session_state[_OUTCOME] = outcome
    found.pulse.expire()


def _replayed(found: Connections, loads: Sequence[Load]) -> str:
    versions = [load.object for load in loads]
    requests = replay(versions, found.loads, found.queue, now=found.clock())
    return f"Sent again: {len(requests):,} raw objects."


def _redriven(found: Connections) -> str:
    moved = redrive(found.queue, LETTERS)
    rest = " There may be more." if moved == LETTERS else ""
    return f"Sent again: {moved:,} dead letters.{rest}"


def _tell_outcome() -> None:
    outcome = st.session_state.pop(_OUTCOME, None)
    if outcome is not None:
        st.toast(outcome, icon=":material/outgoing_mail:")
