"""Only who knows the secret gets in, and everyone else hears what EC2 would say."""

import unittest
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from unittest import mock

import botocore.auth
import urllib3

from EC2Double.signature import Account

from .cloud import CloudTest, client


class SignatureTests(CloudTest):
    def ask(self, account: Account | None = None, region: str = "us-east-1") -> None:
        client(self.server, account, region).describe_availability_zones()

    def asking_at(self, ahead: timedelta) -> None:
        now = datetime.now(timezone.utc).replace(tzinfo=None) + ahead
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: now):
            self.ask()

    def test_the_right_key_is_believed(self) -> None:
        self.ask()
        self.ask(region="eu-west-1")

    def test_wrong_secrets_and_unknown_keys_fail(self) -> None:
        with self.refused("AuthFailure", 401, "not able to validate"):
            self.ask(replace(self.double.account, secret_key="another"))
        with self.refused("AuthFailure", 401):
            self.ask(replace(self.double.account, access_key="AKIAUNKNOWN000000000"))
        with self.refused("AuthFailure", 401):
            self.ask(region="us-nowhere-1")

    def test_session_tokens_are_compared_and_expire(self) -> None:
        self.double.account = replace(self.double.account, session_token="token/+=")
        self.ask()
        with self.refused("AuthFailure", 401):
            self.ask(replace(self.double.account, session_token="another"))
        with self.refused("AuthFailure", 401):
            self.ask(replace(self.double.account, session_token=None))
        self.double.configure({"session_expires_in_s": 0})
        with self.refused("RequestExpired", 400, "Request has expired."):
            self.ask()

    def test_clocks_may_differ_by_five_minutes(self) -> None:
        self.asking_at(timedelta(minutes=-4))
        self.asking_at(timedelta(minutes=4))
        with self.refused("RequestExpired", 400):
            self.asking_at(timedelta(minutes=-6))
        with self.refused("AuthFailure", 401):
            self.asking_at(timedelta(minutes=6))

    def test_what_was_signed_may_not_change(self) -> None:
        sent = {}

        def note(request, **_):  # noqa: ANN001, ANN202
            sent.update(url=request.url, headers=dict(request.headers), body=request.body)

        self.ec2.meta.events.register("before-send.ec2", note)
        self.ec2.describe_availability_zones()
        pool = urllib3.PoolManager()
        self.assertEqual(pool.request("POST", sent["url"], headers=sent["headers"], body=sent["body"]).status, 200)
        changed = pool.request("POST", sent["url"], headers=sent["headers"], body=sent["body"].replace("Version=2", "Version=3"))
        self.assertEqual((changed.status, b"AuthFailure" in changed.data), (401, True))
        changed = pool.request("POST", sent["url"] + "x", headers=sent["headers"], body=sent["body"])
        self.assertEqual(changed.status, 401)
        del sent["headers"]["Authorization"]
        self.assertIn(b"MissingAuthenticationToken", pool.request("POST", sent["url"], headers=sent["headers"], body=sent["body"]).data)

    def test_a_denied_action_is_named(self) -> None:
        self.rules({"fault": "UnauthorizedOperation", "actions": ["Run*"]})
        self.ask()
        with self.refused("UnauthorizedOperation", 403, "ec2:RunInstances"):
            self.run_some()

    def test_parameters_are_those_that_botocore_flattens(self) -> None:
        event = "before-call.ec2.DescribeAvailabilityZones"
        self.ec2.meta.events.register(event, lambda params, **_: params["body"].update({"Filters.1.Name": "zone-name"}))
        with self.refused("UnknownParameter", 400, "Filters.1.Name"):
            self.ec2.describe_availability_zones()

    def test_replies_look_like_those_of_ec2(self) -> None:
        seen = []
        self.ec2.meta.events.register("before-parse.ec2", lambda response_dict, **_: seen.append(response_dict))
        self.ec2.describe_availability_zones()
        with self.refused("InvalidGroup.NotFound"):
            self.ec2.describe_security_groups(GroupNames=["none"])
        good, bad = (each["body"].decode() for each in seen)
        self.assertIn('<DescribeAvailabilityZonesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">', good)
        self.assertIn(f"<requestId>{seen[0]['headers']['x-amzn-requestid']}</requestId>", good)
        self.assertIn("<Response><Errors><Error><Code>InvalidGroup.NotFound</Code><Message>", bad)
        self.assertIn(f"</Errors><RequestID>{seen[1]['headers']['x-amzn-requestid']}</RequestID></Response>", bad)
        self.assertIn("GMT", seen[0]["headers"]["date"])


if __name__ == "__main__":
    unittest.main()
