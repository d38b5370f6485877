"""The e-mail subscription to an environment's alarms, and what its owner has to do."""

from typing import Literal

from msgspec import Struct

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

SubscriptionState = Literal["confirmed", "pending", "deleted", "none"]


class AlarmSubscription(Struct, frozen=True):
    """Whether the alarms reach somebody."""

    state: SubscriptionState
    """`pending`: AWS's first message is not confirmed; `deleted`: the subscription is gone."""
    email: str
    """The address of the deployed stack; empty for none."""
    advice: str = ""
    """What to do, unless the alarms are received."""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.state, self.email, self.advice)))


def read_subscription(clients: Clients, topic: str, email: str) -> AlarmSubscription:
    """Return the state of the subscription of `email` to the topic with the ARN `topic`.

    Without an address, a confirmed subscription that somebody added to the topic counts.
    """
    pages = clients.sns.get_paginator("list_subscriptions_by_topic")
    with translated("Reading the subscriptions to the alarms"):
        # The ARN is `PendingConfirmation` or `Deleted` in these states.
        arns = {
            subscription["Endpoint"]: subscription["SubscriptionArn"]
            for page in pages.paginate(TopicArn=topic)
            for subscription in page["Subscriptions"]
        }
    if not email:
        if any(arn.startswith("arn:") for arn in arns.values()):
            return AlarmSubscription("confirmed", email)
        advice = "the alarms reach nobody; set `alarm_email` in environments.toml, then deploy"
        return AlarmSubscription("none", email, advice)
    match arns.get(email, "Deleted"):
        case "PendingConfirmation":
            advice = "open the link in AWS's message `Subscription Confirmation` within two days"
            return AlarmSubscription("pending", email, advice)
        case "Deleted":
            advice = (
                "unsubscribed, or not confirmed in time. Subscribe again: aws sns subscribe"
                f" --topic-arn {topic} --protocol email --notification-endpoint {email}"
            )
            return AlarmSubscription("deleted", email, advice)
        case _:
            return AlarmSubscription("confirmed", email)
