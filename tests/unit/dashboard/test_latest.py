"""Answers that all visitors share."""

import threading

import pytest

from mocktailverse.dashboard.latest import Latest, Seen
from mocktailverse.errors import UnreachableError

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


@pytest.fixture
def latest(source, clock):
    return Latest(source, max_age_s=30, clock=clock)


def test_within_the_age_nothing_is_asked_again(latest, source, clock):
    assert latest.get() == Seen(1, 1_000)
    clock.at += 29_999
    assert latest.get() == Seen(1, 1_000)
    clock.at += 1
    assert latest.get() == Seen(2, 31_000)
    assert source.asked == 2


def test_what_was_seen_stays_while_aws_does_not_answer(latest, source, clock):
    latest.get()
    source.down = True
    clock.at += MINUTE_MS
    assert latest.get() == Seen(1, 1_000, "nothing answers", 61_000)
    clock.at += MINUTE_MS
    assert latest.get() == Seen(1, 1_000, "nothing answers", 61_000)
    source.down = False
    clock.at += MINUTE_MS
    assert latest.get() == Seen(4, 181_000)


def test_a_source_that_was_never_up_is_not_asked_at_every_look(latest, source):
    source.down = True
    assert latest.get() == Seen(None, None, "nothing answers", 1_000)
    latest.get()
    assert source.asked == 1


def test_an_expired_answer_is_asked_anew(latest):
    latest.get()
    latest.expire()
    assert latest.get().value == 2


def test_an_answer_that_is_not_there_cannot_expire(latest):
    latest.expire()
    assert latest.get().value == 1


def test_while_one_asks_the_others_get_the_last_answer(clock):
    asked, go_on = threading.Event(), threading.Event()
    answers = iter([1, 2])

    def ask():
        answer = next(answers)
        if answer == 2:
            asked.set()
            assert go_on.wait(240)
        return answer

    latest = Latest(ask, max_age_s=1, clock=clock)
    latest.get()
    clock.at += MINUTE_MS
    slow = threading.Thread(target=latest.get)
    slow.start()
    assert asked.wait(240)
    assert latest.get().value == 1
    go_on.set()
    slow.join()
    assert latest.get().value == 2


def test_what_was_asked_before_it_expired_is_asked_again(clock):
    asked = []

    def ask():
        asked.append(clock.at)
        if len(asked) == 1:
            latest.expire()  # as somebody who acts while it is asked
        return len(asked)

    latest = Latest(ask, max_age_s=30, clock=clock)
    assert [latest.get().value for _ in range(3)] == [1, 2, 2]


def test_in_the_background_nobody_waits_for_an_aws_that_hangs(source, clock, monkeypatch):
    monkeypatch.setattr("mocktailverse.dashboard.latest.PATIENCE_S", 300)  # who waits, waits long
    answers = threading.Event()
    answers.set()

    def ask():
        assert answers.wait(240)
        return source()

    latest = Latest(ask, max_age_s=30, clock=clock, in_background=True)
    assert latest.get() == Seen(1, 1_000)
    source.down = True
    clock.at += MINUTE_MS
    assert latest.get().problem == "nothing answers", "who begins waits for it"
    answers.clear()
    for _ in range(3):
        clock.at += MINUTE_MS
        assert latest.get() == Seen(1, 1_000, "nothing answers", 61_000)
    assert source.asked == 2, "nobody waited for the answer that is under way"
    source.down = False
    answers.set()
    while latest.get().problem is not None:
        pass
    assert latest.get().value == 3
