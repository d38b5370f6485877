"""The pipeline page: its content, its buttons, and its behaviour during an outage."""

from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.views
from mocktailverse.catalogue.meta import Meta
from mocktailverse.dashboard.context import OVERRIDE, DashboardContext
from mocktailverse.dashboard.live_snapshot import MAX_LOADS
from mocktailverse.dashboard.rejections import RejectionReader
from mocktailverse.errors import MissingError, PermanentError, UnreachableError
from mocktailverse.loads.load_record import START, Counts, Load, Segment
from mocktailverse.loads.load_request import DeadLetter
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected

PAGE = Path(mocktailverse.dashboard.views.__path__[0]) / "pipeline_page.py"
NOON_MS = 1_767_268_800_000
HOSTILE = "</div><script>alert(1)</script> **x** [a](javascript:b) :red[c] $x$ `=1+1` \u202egnp"


def load(key="a.json", version_id="v1", *, generation=1, at=NOON_MS, status="done", **facts):
    """Return a load; `facts` may have read, loaded, rejected, error."""
    error = facts.pop("error", None)
    finished_at = None if status == "loading" else at + 250
    return Load(
        ObjectVersion("data", f"raw/thecocktaildb/{key}", version_id), generation, status,
        Counts(**facts), 1_000, 1, 0, None, at, at, finished_at, error, 1, (), at - 1_000,
    )  # fmt: skip


class FakeAws:
    """All stores of a stage: loads, rejected lines by key, queues, and the catalogue."""

    def __init__(self):
        self.newest_day = ""
        self.down = None
        self.loads = []
        self.lines = {}
        self.dead_bodies = []
        self.sent = []
        self.meta = None
        self.problem = None
        self.calls = Counter()

    def call(self, name):
        self.calls[name] += 1
        if self.down:
            raise self.down

    def page(self, day, limit, after=None):
        self.call("page")
        self.newest_day = max(day, self.newest_day)
        loads = self.loads if day == self.newest_day else []
        first = after["at"] if after else 0
        page = loads[first : first + limit]
        end = first + limit
        return page, ({"at": end} if end < len(loads) else None)

    def segments(self, version, generation):
        self.call("segments")
        key = f"{version.key}#{generation}"
        return [Segment(0, START, START, Counts(), final=True, rejected_key=key)]

    def rejected(self, key):
        self.call("rejected")
        return self.lines.get(key, [])

    def open_generation(self, version, *, now):
        assert now == NOON_MS
        self.call("open_generation")
        return 1 + max(load.generation for load in self.loads if load.object == version)

    def waiting(self):
        self.call("waiting")
        return 3

    def dead(self):
        self.call("dead")
        return len(self.dead_bodies)

    def dead_letters(self):
        self.call("dead_letters")
        yield from [DeadLetter(body, body) for body in self.dead_bodies]

    def redrive(self, letter):
        self.dead_bodies.remove(letter.body)

    def send(self, request):
        self.call("send")
        self.sent.append(request)

    def current(self, **_):
        self.call("current")
        if self.meta is None:
            raise MissingError("nothing was published yet")
        return self

    def reject(self, load, *codes, raw=None, message="It is invalid."):
        self.loads.append(load)
        self.lines[f"{load.object.key}#{load.generation}"] = [
            Rejected(code, "$.idDrink", message, number, raw or {"idDrink": None}, load.object)
            for number, code in enumerate(codes)
        ]
        return load


class Clock:
    """A manual clock."""

    def __init__(self):
        self.at = NOON_MS

    def __call__(self):
        return self.at


@pytest.fixture
def aws():
    return FakeAws()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def show_page(aws, clock):
    """Return a function that opens the page, with or without write permission."""

    def open_page(*, can_act=True, stage="local"):
        context = DashboardContext(
            catalogue=aws, loads=aws, bucket=aws, queue=aws, stage=stage,
            can_act=can_act, refresh_s=2, clock=clock,
        )  # fmt: skip
        page = AppTest.from_file(str(PAGE), default_timeout=240)
        page.session_state[OVERRIDE] = context
        return page.run()

    return open_page


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def texts(page):
    """Return every text that Streamlit renders as Markdown, including labels."""
    elements = [*page.markdown, *page.caption, *page.warning, *page.error, *page.info]
    return [element.value for element in elements] + [part.label for part in page.expander]


def labels(page):
    return [button.label for button in page.button]


# ---- content


def test_an_empty_pipeline_says_what_to_do(show_page):
    page = show_page()
    assert not page.exception
    assert "mocktailverse ingest" in page.code[0].value
    assert metrics(page)["Since the last load"] == "none"
    assert metrics(page)["Catalogue age"] == "none"


def test_the_commands_for_an_empty_stage_on_aws_name_the_stage(show_page):
    assert "--env prod" in show_page(stage="prod").code[0].value


def test_loads_are_shown_newest_first_with_their_counts(aws, show_page):
    aws.loads = [load("b.json", read=5, loaded=5), load("a.json", at=NOON_MS - 60_000, read=1)]
    table = show_page().dataframe[0].value
    assert list(table["object"]) == ["b.json", "a.json"]
    assert list(table["source"]) == ["thecocktaildb"] * 2
    assert list(table["loaded"]) == [5, 0]
    assert list(table["took"]) == [0.25, 0.25]


def test_only_the_latest_generation_of_each_load_is_counted(aws, show_page, clock):
    aws.loads = [
        load("a.json", generation=2, read=4, loaded=1, unchanged=3),
        load("a.json", generation=1, read=4, loaded=3, rejected=1),
        load("b.json", read=2, stale=2),
    ]
    aws.meta = Meta("v", 1, clock.at - 5_000, 12, 30, 2, "drinks", None)
    shown = metrics(show_page())
    assert shown["Raw objects"] == "2"
    assert (shown["Records read"], shown["Loaded"], shown["Unchanged"]) == ("6", "1", "3")
    assert (shown["Stale"], shown["Rejected"], shown["Drinks published"]) == ("2", "0", "10")
    assert shown["Catalogue age"] == "5 s"
    assert shown["In the queue"] == "3"


def test_the_number_of_loads_is_limited_and_the_page_says_so(aws, show_page):
    aws.loads = [load(f"{number}.json") for number in range(MAX_LOADS + 50)]
    page = show_page()
    assert len(page.dataframe[0].value) == MAX_LOADS
    assert any("Older loads are not shown" in text for text in texts(page))


def test_all_visitors_share_the_cached_values(aws, show_page, clock):
    page = show_page()
    page.run()
    assert aws.calls["waiting"] == 1
    clock.at += 2_000
    page.run()
    assert aws.calls["waiting"] == 2


def test_reasons_are_counted_and_explained(aws, show_page):
    aws.reject(load("a.json", read=3, rejected=3), "partial_record", "partial_record", "id_missing")
    shown = "\n".join(texts(show_page()))
    assert r"**partial\_record** (2)" in shown
    assert "a listing" in shown
    assert r"**id\_missing** (1)" in shown


def test_an_unknown_reason_of_newer_code_is_shown(aws, show_page):
    aws.reject(load(read=1, rejected=1), "of_newer_code")
    page = show_page()
    assert not page.exception
    assert any(r"of\_newer\_code" in text for text in texts(page))


def test_the_raw_record_is_shown(aws, show_page):
    aws.reject(load(read=1, rejected=1), "id_missing", raw={"idDrink": None, "strDrink": HOSTILE})
    assert "<script>" in show_page().code[0].value


def test_the_error_of_a_failed_load_is_shown(aws, show_page):
    aws.loads = [load(status="failed", error="The raw object is gone")]
    assert show_page().error[0].value == "The raw object is gone"


def test_expired_rejected_lines_are_reported(aws, show_page):
    aws.loads = [load(read=1, rejected=1)]
    assert any("have expired" in text for text in texts(show_page()))


# ---- data cannot break the page


@pytest.mark.parametrize("text", [HOSTILE, "x" * 10_000, "", "\u0000\u0007", "# a\n- b"])
def test_hostile_keys_messages_and_codes_stay_text(aws, show_page, text):
    aws.reject(load(f"{text}.json", read=1, rejected=1), text, message=text, raw=text)
    aws.loads.append(load(f"other{text}", status="failed", error=text))
    page = show_page()
    assert not page.exception
    for shown in texts(page):
        assert "<script" not in shown.replace("\\<", "")
        assert "](javascript" not in shown
        assert ":red[" not in shown
        assert "\u202e" not in shown
        assert len(shown) < 3_000


# ---- actions


def test_one_click_replays_a_load(aws, show_page):
    rejected = aws.reject(load("a.json", read=1, rejected=1), "id_missing")
    aws.reject(load("b.json", read=1, rejected=1), "id_missing")
    page = show_page().button(key="replay-one").click().run()
    assert [(request.object, request.generation) for request in aws.sent] == [(rejected.object, 2)]
    assert "Replaying 1 raw object." in page.toast[0].value


def test_one_click_replays_all_failed_loads_and_loads_with_rejected_lines(aws, show_page):
    first = aws.reject(load("a.json", read=1, rejected=1), "id_missing")
    second = load("b.json", status="failed", error="gone")
    aws.loads += [second, load("c.json", read=1, loaded=1)]
    show_page().button(key="replay-all").click().run()
    assert [request.object for request in aws.sent] == [first.object, second.object]


def test_a_load_with_a_successful_replay_is_not_listed(aws, show_page):
    aws.loads = [load(generation=2, read=1, loaded=1), load(generation=1, read=1, rejected=1)]
    page = show_page()
    assert page.button(key="replay-all").disabled
    assert not page.selectbox


def test_dead_letters_are_redriven(aws, show_page):
    aws.dead_bodies = ["a", "b"]
    page = show_page().button(key="redrive").click().run()
    assert aws.dead_bodies == []
    assert "2 dead letters" in page.toast[0].value
    assert metrics(page)["Dead letters"] == "0"


def test_read_only_credentials_show_no_buttons(aws, show_page):
    aws.reject(load(read=1, rejected=1), "id_missing")
    aws.dead_bodies = ["a"]
    page = show_page(can_act=False, stage="prod")
    assert labels(page) == []
    assert any("read-only" in text for text in texts(page))


def test_a_refused_action_is_reported(aws, show_page, monkeypatch):
    aws.reject(load(read=1, rejected=1), "id_missing")
    page = show_page()

    def refuse(*_arguments, **_options):
        raise PermanentError("AccessDenied")

    monkeypatch.setattr(aws, "open_generation", refuse)
    page.button(key="replay-one").click().run()
    assert not page.exception
    assert "AccessDenied" in page.toast[0].value


# ---- AWS down


def test_while_aws_is_down_the_last_values_are_shown(aws, show_page, clock):
    aws.loads = [load(read=1, loaded=1)]
    page = show_page()
    aws.down = UnreachableError("nothing answers at http://127.0.0.1:1")
    clock.at += 60_000
    page.run()
    assert not page.exception
    assert "AWS has been unreachable since 12:01 UTC." in page.warning[0].value
    assert "from 12:00 UTC" in page.warning[0].value
    assert len(page.dataframe[0].value) == 1


def test_a_warning_is_shown_if_aws_is_down_from_the_start(aws, show_page):
    aws.down = UnreachableError("nothing answers")
    page = show_page()
    assert not page.exception
    assert "AWS has been unreachable since" in page.warning[0].value
    assert "retries automatically" in page.warning[0].value


def test_the_banner_disappears_when_aws_is_back(aws, show_page, clock):
    aws.down = UnreachableError("nothing answers")
    page = show_page()
    aws.down = None
    clock.at += 2_000
    assert not page.run().warning


def test_a_catalogue_that_cannot_be_read_does_not_hide_the_loads(aws, show_page, monkeypatch):
    aws.loads = [load(read=1, loaded=1)]

    def damaged():
        raise PermanentError("The file is not a catalogue")

    monkeypatch.setattr(aws, "current", damaged)
    page = show_page()
    assert len(page.dataframe[0].value) == 1
    assert any("The file is not a catalogue" in text for text in texts(page))


def test_rejected_lines_that_cannot_be_read_do_not_break_the_page(aws, show_page, monkeypatch):
    aws.reject(load(read=1, rejected=1), "id_missing")

    def unreachable(_key):
        raise UnreachableError("nothing answers")

    monkeypatch.setattr(aws, "rejected", unreachable)
    page = show_page()
    assert not page.exception
    assert "Cannot read the rejected records" in page.warning[0].value


def test_a_failed_read_of_reasons_is_not_repeated_at_once(aws, clock):
    reader = RejectionReader(aws, aws, clock=clock)
    read = aws.reject(load("read.json", rejected=1), "id_missing")
    reader.read(read)
    unread = aws.reject(load("unread.json", rejected=1), "id_missing")
    aws.down = UnreachableError("nothing answers")
    for _ in range(3):
        with pytest.raises(UnreachableError):
            reader.read(unread)
    assert aws.calls["segments"] == 2
    assert reader.read(read).codes == {"id_missing": 1}, "earlier results are still cached"
    aws.down = None
    clock.at += 30_000
    assert reader.read(unread).codes == {"id_missing": 1}
