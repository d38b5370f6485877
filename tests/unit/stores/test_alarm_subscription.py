"""The state of the e-mail subscription to the alarms."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.stores.alarm_subscription import read_subscription

TOPIC = "arn:aws:sns:us-east-1:123456789012:mocktailverse-alarms-prod"
EMAIL = "me@example.org"
CONFIRMED = f"{TOPIC}:8a21d249-4329-4871-acc6-7be709c6ea7f"


@pytest.fixture
def state(stubbed):
    """Return a function that reads the subscription of an address among stored ones."""

    def read(email: str, **arns: str) -> Any:
        sns = stubbed("sns")
        stored = [
            {"SubscriptionArn": arn, "Endpoint": f"{name}@example.org", "Protocol": "email"}
            for name, arn in arns.items()
        ]
        pages = [stored[:1], stored[1:]]
        sns.add_response(
            "list_subscriptions_by_topic",
            {"Subscriptions": pages[0], "NextToken": "2"},
            {"TopicArn": TOPIC},
        )
        sns.add_response(
            "list_subscriptions_by_topic",
            {"Subscriptions": pages[1]},
            {"TopicArn": TOPIC, "NextToken": "2"},
        )
        clients: Any = SimpleNamespace(sns=sns.client)
        return read_subscription(clients, TOPIC, email)

    return read


def test_a_confirmed_subscription_needs_nothing(state):
    subscription = state(EMAIL, other="PendingConfirmation", me=CONFIRMED)
    assert (subscription.state, subscription.email, subscription.advice) == ("confirmed", EMAIL, "")


def test_a_pending_subscription_says_what_to_open(state):
    subscription = state(EMAIL, me="PendingConfirmation")
    assert subscription.state == "pending"
    assert "open the link in AWS's message" in str(subscription)


@pytest.mark.parametrize("stored", [{}, {"me": "Deleted"}, {"other": CONFIRMED}])
def test_a_deleted_subscription_says_how_to_subscribe_again(state, stored):
    subscription = state(EMAIL, **stored)
    assert subscription.state == "deleted"
    assert f"aws sns subscribe --topic-arn {TOPIC}" in subscription.advice
    assert subscription.advice.endswith(f"--notification-endpoint {EMAIL}")


def test_without_an_address_a_subscription_made_manually_counts(state):
    assert state("", other=CONFIRMED).state == "confirmed"


@pytest.mark.parametrize("stored", [{}, {"other": "PendingConfirmation"}, {"other": "Deleted"}])
def test_without_an_address_and_another_subscriber_nobody_receives_alarms(state, stored):
    subscription = state("", **stored)
    assert subscription.state == "none"
    assert "reach nobody" in subscription.advice
