"""The alerts panel of the pipeline page: rejected records, failed loads and dead letters."""

from collections import Counter
from collections.abc import Callable, Sequence

import streamlit as st

from mocktailverse.dashboard.context import DashboardContext
from mocktailverse.dashboard.live_snapshot import LiveSnapshot
from mocktailverse.dashboard.rejections import MAX_COUNTED, Rejections
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import MocktailverseError
from mocktailverse.formatting import clock_text, counted
from mocktailverse.loads.load_record import Load
from mocktailverse.pipeline.redrive import redrive
from mocktailverse.pipeline.replay import replay

_SUMMARIZED_LOADS = 10
"""Number of latest loads whose rejection reasons are summed."""

_REDRIVE_LIMIT = 500
"""Dead letters that one click returns to the queue."""

_OUTCOME = "pipeline-outcome"
_EXPLANATIONS = {reason.value: reason.explanation for reason in Reason}


def show_alerts(context: DashboardContext) -> None:
    """Show what was rejected or failed and why, with buttons to replay and redrive."""
    outcome = st.session_state.pop(_OUTCOME, None)
    if outcome is not None:
        st.toast(outcome, icon=":material/outgoing_mail:")
    snapshot = context.live.get().value
    if snapshot is None:
        return
    loads = snapshot.alerts
    st.header("Rejected and failed", anchor=False)
    with st.container():
        _show_actions(context, snapshot, loads)
    if not loads:
        st.caption("No rejected records or failed loads among the loads above.")
        return
    try:
        _show_reasons(context, loads)
        _show_load(context, loads)
    except MocktailverseError as error:
        st.warning(f"Cannot read the rejected records: {plain(error)}", icon=":material/cloud_off:")


def _show_actions(context: DashboardContext, snapshot: LiveSnapshot, loads: Sequence[Load]) -> None:
    if not context.can_act:
        env = f"--env {plain(context.stage)}"
        st.caption(
            "This dashboard is read-only. Use the command line instead: "
            f"`mocktailverse replay --rejected --failed {env}`, `mocktailverse redrive {env}`."
        )
        return
    with st.container(horizontal=True):
        st.button(
            f"Replay {counted(len(loads), 'raw object')}" if loads else "Nothing to replay",
            key="replay-all",
            icon=":material/replay:",
            help="Load the same raw objects again, with the current code.",
            disabled=not loads,
            on_click=_act,
            args=(context, lambda: _replay(context, loads)),
        )
        st.button(
            f"Redrive {counted(snapshot.dead, 'dead letter')}"
            if snapshot.dead
            else "No dead letters",
            key="redrive",
            icon=":material/outgoing_mail:",
            help="Return them to the queue. Fix the cause first.",
            disabled=not snapshot.dead,
            on_click=_act,
            args=(context, lambda: _redrive(context)),
        )


def _show_reasons(context: DashboardContext, loads: Sequence[Load]) -> None:
    rejecting = [load for load in loads if load.counts.rejected][:_SUMMARIZED_LOADS]
    if not rejecting:
        return
    codes = sum((context.rejections.read(load).codes for load in rejecting), Counter[str]())
    reasons = [
        f"- **{plain(code)}** ({number:,}): {plain(_EXPLANATIONS.get(code, 'unknown code'))}"
        for code, number in codes.most_common()
    ]
    st.markdown(f"Reasons in the latest {len(rejecting)} of these loads:\n\n" + "\n".join(reasons))


def _show_load(context: DashboardContext, loads: Sequence[Load]) -> None:
    by_id = {load.load_id: load for load in loads}
    now = context.clock()

    def label(load_id: str) -> str:
        load = by_id[load_id]
        problem = "failed" if load.status == "failed" else f"{load.counts.rejected:,} rejected"
        name = short(load.object.key.rpartition("/")[2], 60)
        return f"{name} · {problem} · {clock_text(load.started_at, now)} · {load_id[:6]}"

    load = by_id[st.selectbox("Raw object", list(by_id), format_func=label, key="alerts-load")]
    st.caption(plain(load.object.key, 1100))
    if load.error:
        st.error(plain(load.error), icon=":material/error:")
    if context.can_act:
        st.button(
            "Replay this raw object",
            key="replay-one",
            icon=":material/replay:",
            on_click=_act,
            args=(context, lambda: _replay(context, [load])),
        )
    if load.counts.rejected:
        _show_records(load, context.rejections.read(load))


def _show_records(load: Load, rejections: Rejections) -> None:
    if not rejections.records:
        st.caption("The rejected records have expired.")
        return
    for record in rejections.records:
        place = "whole object" if record.position is None else f"position {record.position:,}"
        with st.expander(f"**{plain(record.code)}** · {place} · {plain(record.message, 100)}"):
            st.caption(f"At {plain(record.path)}: {plain(record.message, 1000)}")
            st.code(record.raw, language=None, wrap_lines=True)
    if len(rejections.records) < load.counts.rejected:
        number = min(MAX_COUNTED, load.counts.rejected)
        st.caption(
            f"Showing {len(rejections.records)} of {load.counts.rejected:,}; reasons are counted "
            f"over the first {number:,}. To list all: `mocktailverse rejected`."
        )


def _act(context: DashboardContext, action: Callable[[], str]) -> None:
    """Run the action of a button; the next run of the page shows its outcome."""
    try:
        outcome = action()
    except MocktailverseError as error:
        outcome = f"Failed: {plain(error)}"
    st.session_state[_OUTCOME] = outcome
    context.live.expire()


def _replay(context: DashboardContext, loads: Sequence[Load]) -> str:
    versions = [load.object for load in loads]
    requests = replay(versions, context.loads, context.queue, now=context.clock())
    return f"Replaying {counted(len(requests), 'raw object')}."


def _redrive(context: DashboardContext) -> str:
    done = redrive(context.queue, _REDRIVE_LIMIT)
    text = f"Returned {counted(done.sent, 'dead letter')} to the queue."
    if done.left:
        text += f" {counted(done.left, 'failed publishing')} left for `mocktailverse redrive`."
    return text + " There may be more." * (done.sent + done.left == _REDRIVE_LIMIT)
