"""One value that many readers share: fetched by one of them, stale while the source fails."""

import threading

import pytest

from mocktailverse import ttl_cache
from mocktailverse.errors import UnreachableError
from mocktailverse.ttl_cache import TtlCache

MINUTE_MS = 60_000


class Clock:
    def __init__(self):
        self.at = 1_000

    def __call__(self):
        return self.at


class Source:
    """Answers 1, 2, 3 and so on, unless it is down."""

    def __init__(self):
        self.asked = 0
        self.down = False

    def __call__(self):
        self.asked += 1
        if self.down:
            raise UnreachableError("nothing answers")
        return self.asked


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def source():
    return Source()


def new_cache(fetch, clock, *, ttl_ms=30_000, **options):
    """A cache with a clock in ms; those who wait for a refresh wait for it to end."""
    return TtlCache(fetch, ttl=lambda _: ttl_ms, clock=clock, timeout_s=300, **options)


@pytest.fixture
def cache(source, clock):
    return new_cache(source, clock)


def seen(snapshot):
    """All but the time of the last fetch, which is not shown."""
    return snapshot.value, snapshot.fetched_at, snapshot.problem, snapshot.failing_since


def next_result(results):
    """The next value, or the next error raised."""
    result = next(results)
    if isinstance(result, Exception):
        raise result
    return result


def test_a_fresh_value_is_not_fetched_again(cache, source, clock):
    assert seen(cache.get()) == (1, 1_000, None, None)
    clock.at += 29_999
    assert seen(cache.get()) == (1, 1_000, None, None)
    clock.at += 1
    assert seen(cache.get()) == (2, 31_000, None, None)
    assert source.asked == 2


def test_the_stale_value_stays_while_the_source_fails(cache, source, clock):
    cache.get()
    source.down = True
    clock.at += MINUTE_MS
    assert seen(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    clock.at += MINUTE_MS
    assert seen(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    source.down = False
    clock.at += MINUTE_MS
    assert seen(cache.get()) == (4, 181_000, None, None)


def test_a_source_that_was_never_up_is_not_asked_by_every_reader(cache, source):
    source.down = True
    assert seen(cache.get()) == (None, None, "nothing answers", 1_000)
    cache.get()
    assert source.asked == 1


def test_an_expired_value_is_fetched_again(cache):
    cache.get()
    cache.expire()
    assert cache.get().value == 2


def test_a_cache_without_a_value_cannot_expire(cache):
    cache.expire()
    assert cache.get().value == 1


def test_while_one_thread_fetches_the_others_get_the_stale_value(clock):
    asked, go_on = threading.Event(), threading.Event()
    answers = iter([1, 2])

    def ask():
        answer = next(answers)
        if answer == 2:
            asked.set()
            assert go_on.wait(240)
        return answer

    cache = new_cache(ask, clock, ttl_ms=1_000)
    cache.get()
    clock.at += MINUTE_MS
    slow = threading.Thread(target=cache.get)
    slow.start()
    assert asked.wait(240)
    assert cache.get().value == 1
    go_on.set()
    slow.join()
    assert cache.get().value == 2


def test_a_value_that_expires_while_it_is_fetched_is_fetched_again(clock):
    asked = []

    def ask():
        asked.append(clock.at)
        if len(asked) == 1:
            cache.expire()  # as somebody who acts while it is asked
        return len(asked)

    cache = new_cache(ask, clock)
    assert [cache.get().value for _ in range(3)] == [1, 2, 2]


def test_in_the_background_nobody_waits_for_a_source_that_hangs(source, clock):
    answers = threading.Event()
    answers.set()

    def ask():
        assert answers.wait(240)
        return source()

    cache = new_cache(ask, clock, in_background=True)
    assert seen(cache.get()) == (1, 1_000, None, None)
    source.down = True
    clock.at += MINUTE_MS
    assert cache.get().problem == "nothing answers", "who begins waits for it"
    answers.clear()
    for _ in range(3):
        clock.at += MINUTE_MS
        assert seen(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    assert source.asked == 2, "nobody waited for the answer that is under way"
    source.down = False
    answers.set()
    while cache.get().problem is not None:
        pass
    assert cache.get().value == 3


def test_a_fetch_can_begin_again_after_no_thread_was_available(source, clock, monkeypatch):
    class NoThread:
        def __init__(self, **_):
            pass

        def start(self):
            raise RuntimeError

    cache = new_cache(source, clock, in_background=True)
    cache.get()
    clock.at += MINUTE_MS
    with monkeypatch.context() as patched:
        patched.setattr(ttl_cache, "Thread", NoThread)
        with pytest.raises(RuntimeError):
            cache.get()
    assert cache.get().value == 2
    assert source.asked == 2


@pytest.mark.parametrize("in_background", [False, True])
def test_a_fetch_under_way_is_not_started_again(clock, in_background):
    began, may_end, fetched = threading.Event(), threading.Event(), []

    def fetch():
        if fetched:
            began.set()
            assert may_end.wait(240)
        fetched.append(1)
        return len(fetched)

    cache = new_cache(fetch, clock, in_background=in_background)
    cache.get()
    clock.at += MINUTE_MS
    thread = threading.Thread(target=cache.get)
    thread.start()
    assert began.wait(240)
    assert cache.get().value == 1
    assert fetched == [1], "nobody waited"
    may_end.set()
    thread.join(240)
    clock.at += MINUTE_MS
    assert cache.get().value == 3
    assert fetched == [1, 1, 1]


@pytest.mark.parametrize("in_background", [False, True])
def test_a_fetch_that_fails_in_an_unknown_way_can_begin_again(clock, in_background):
    results = iter([ValueError("Not expected"), 1, 2])
    cache = new_cache(lambda: next_result(results), clock, in_background=in_background)
    with pytest.raises(ValueError, match="Not expected"):
        cache.get()
    assert cache.get().value == 1
    clock.at += MINUTE_MS
    assert cache.get().value == 2
    assert next(results, "all done") == "all done"


def test_a_refresh_that_fails_in_an_unknown_way_can_begin_again(clock):
    results = iter([1, ValueError("Not expected"), 2])
    cache = new_cache(lambda: next_result(results), clock)
    cache.get()
    clock.at += MINUTE_MS
    with pytest.raises(ValueError, match="Not expected"):
        cache.get()
    assert cache.get().value == 2


def test_callers_who_need_a_value_wait_for_the_fetch_until_there_is_one(source, clock):
    cache = new_cache(source, clock, in_background=True)
    source.down = True
    assert cache.get().value is None
    source.down = False
    clock.at += MINUTE_MS
    assert cache.get(wait_for_value=True).value == 2


def test_a_caller_may_set_a_shorter_timeout(clock):
    answers = threading.Event()

    def fetch():
        if cache.snapshot.checked_at is not None:
            assert answers.wait(240)
        return clock.at

    cache = new_cache(fetch, clock, in_background=True)
    cache.get()
    clock.at += MINUTE_MS
    assert cache.get(timeout_s=0).value == 1_000
    answers.set()
