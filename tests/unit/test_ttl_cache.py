"""The TTL cache: one reader fetches a value for all; it stays, stale, while the source fails."""

import threading

import pytest

from mocktailverse import ttl_cache
from mocktailverse.errors import UnreachableError
from mocktailverse.ttl_cache import TtlCache
from mocktailverse.waiting import wait_until

MINUTE_MS = 60_000


class Clock:
    def __init__(self):
        self.at = 1_000

    def __call__(self):
        return self.at


class Source:
    """Returns 1, 2, 3 and so on, unless it is down."""

    def __init__(self):
        self.calls = 0
        self.down = False

    def __call__(self):
        self.calls += 1
        if self.down:
            raise UnreachableError("nothing answers")
        return self.calls


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def source():
    return Source()


def new_cache(fetch, clock, *, ttl_ms=30_000, **options):
    """Return a cache with a clock in ms; callers that wait for a refresh wait until it ends."""
    return TtlCache(fetch, ttl=lambda _: ttl_ms, clock=clock, timeout_s=300, **options)


@pytest.fixture
def cache(source, clock):
    return new_cache(source, clock)


def visible_parts(snapshot):
    """Return all fields except the time of the last fetch, which is not shown."""
    return snapshot.value, snapshot.fetched_at, snapshot.problem, snapshot.failing_since


def next_result(results):
    """The next value, or the next error raised."""
    result = next(results)
    if isinstance(result, Exception):
        raise result
    return result


def test_a_value_is_fresh_until_it_is_due(cache, source, clock):
    assert not cache.is_fresh
    cache.get()
    assert cache.is_fresh
    clock.at += 30_000
    assert not cache.is_fresh
    cache.get()
    assert cache.is_fresh
    cache.expire()
    assert not cache.is_fresh
    assert source.calls == 2


def test_a_fresh_value_is_not_fetched_again(cache, source, clock):
    assert visible_parts(cache.get()) == (1, 1_000, None, None)
    clock.at += 29_999
    assert visible_parts(cache.get()) == (1, 1_000, None, None)
    clock.at += 1
    assert visible_parts(cache.get()) == (2, 31_000, None, None)
    assert source.calls == 2


def test_the_stale_value_stays_while_the_source_fails(cache, source, clock):
    cache.get()
    source.down = True
    clock.at += MINUTE_MS
    assert visible_parts(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    clock.at += MINUTE_MS
    assert visible_parts(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    source.down = False
    clock.at += MINUTE_MS
    assert visible_parts(cache.get()) == (4, 181_000, None, None)


def test_a_source_that_was_never_up_is_not_called_by_every_reader(cache, source):
    source.down = True
    assert visible_parts(cache.get()) == (None, None, "nothing answers", 1_000)
    cache.get()
    assert source.calls == 1


def test_an_expired_value_is_fetched_again(cache):
    cache.get()
    cache.expire()
    assert cache.get().value == 2


def test_a_cache_without_a_value_cannot_expire(cache):
    cache.expire()
    assert cache.get().value == 1


def test_while_one_thread_fetches_the_others_get_the_stale_value(clock):
    fetching, may_end = threading.Event(), threading.Event()
    values = iter([1, 2])

    def fetch():
        value = next(values)
        if value == 2:
            fetching.set()
            assert may_end.wait(240)
        return value

    cache = new_cache(fetch, clock, ttl_ms=1_000)
    cache.get()
    clock.at += MINUTE_MS
    slow = threading.Thread(target=cache.get)
    slow.start()
    assert fetching.wait(240)
    assert cache.get().value == 1
    may_end.set()
    slow.join()
    assert cache.get().value == 2


def begin_slow_fetch(source, clock):
    """Return a cache whose second fetch is under way, and the event that lets it end."""
    started, may_end = threading.Event(), threading.Event()

    def fetch():
        if source.calls:
            started.set()
            assert may_end.wait(60)
        return source()

    cache = new_cache(fetch, clock, in_background=True)
    cache.get()
    clock.at += MINUTE_MS
    cache.get(timeout_s=0)
    assert started.wait(240)
    return cache, may_end


def test_a_caller_with_a_timeout_waits_for_the_fetch_of_another(source, clock):
    cache, may_end = begin_slow_fetch(source, clock)
    assert cache.get(timeout_s=0).value == 1
    threading.Timer(0.01, may_end.set).start()
    assert cache.get(timeout_s=240).value == 2
    assert source.calls == 2, "both callers share one fetch"


def test_while_the_source_fails_no_caller_waits_for_the_fetch_of_another(source, clock):
    source.down = True
    cache, may_end = begin_slow_fetch(source, clock)
    source.down = False
    assert cache.get(timeout_s=240).problem == "nothing answers"
    may_end.set()
    assert wait_until(lambda: cache.snapshot.value == 2, 240), "the fetch waited for the caller"


def test_a_value_that_expires_while_it_is_fetched_is_fetched_again(clock):
    times = []

    def fetch():
        times.append(clock.at)
        if len(times) == 1:
            cache.expire()  # as a user who acts during the fetch
        return len(times)

    cache = new_cache(fetch, clock)
    assert [cache.get().value for _ in range(3)] == [1, 2, 2]


def test_no_caller_waits_for_a_background_fetch_that_hangs(source, clock):
    source_is_up = threading.Event()
    source_is_up.set()

    def fetch():
        assert source_is_up.wait(240)
        return source()

    cache = new_cache(fetch, clock, in_background=True)
    assert visible_parts(cache.get()) == (1, 1_000, None, None)
    source.down = True
    clock.at += MINUTE_MS
    assert cache.get().problem == "nothing answers", "the caller that starts the fetch waits for it"
    source_is_up.clear()
    for _ in range(3):
        clock.at += MINUTE_MS
        assert visible_parts(cache.get()) == (1, 1_000, "nothing answers", 61_000)
    assert source.calls == 2, "no caller waited for the fetch in progress"
    source.down = False
    source_is_up.set()
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
    assert source.calls == 2


@pytest.mark.parametrize("in_background", [False, True])
def test_a_fetch_under_way_is_not_started_again(clock, in_background):
    started, may_end, fetched = threading.Event(), threading.Event(), []

    def fetch():
        if fetched:
            started.set()
            assert may_end.wait(240)
        fetched.append(1)
        return len(fetched)

    cache = new_cache(fetch, clock, in_background=in_background)
    cache.get()
    clock.at += MINUTE_MS
    thread = threading.Thread(target=cache.get)
    thread.start()
    assert started.wait(240)
    assert cache.get().value == 1
    assert fetched == [1], "the second caller did not wait"
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


def test_callers_that_need_a_value_wait_for_the_first_one(source, clock):
    cache = new_cache(source, clock, in_background=True)
    source.down = True
    assert cache.get().value is None
    source.down = False
    clock.at += MINUTE_MS
    assert cache.current() == 2


def test_a_caller_may_set_a_shorter_timeout(clock):
    source_is_up = threading.Event()

    def fetch():
        if cache.snapshot.fetched_at is not None:
            assert source_is_up.wait(240)
        return clock.at

    cache = new_cache(fetch, clock, in_background=True)
    cache.get()
    clock.at += MINUTE_MS
    assert cache.get(timeout_s=0).value == 1_000
    source_is_up.set()
