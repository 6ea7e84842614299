"""Prints random requests, one JSON object a line, each with the headers with which botocore signs it.

    random_requests.py SEED COUNT
"""
import datetime
import json
import random
import sys
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode_sequence

ALPHABET = "abcXYZ019-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}äßñ\u0301€漢字🙂\u00a0"
SPACES = ["", " ", "  ", "\t", " \t "]


def text(choose, longest=12):
    return "".join(choose.choices(ALPHABET, k=choose.randrange(longest + 1)))


def path(choose):
    if choose.random() < 0.1:
        return ""
    pieces = [choose.choice(["", ".", "..", "%20", "%2F", "a+b", "a=b", "*"]) if choose.random() < 0.4
              else text(choose).translate({ord(c): None for c in "?#[]"}) for _ in range(choose.randrange(6))]
    return "/" + "/".join(pieces)


def query(choose):
    names = [text(choose, 5) for _ in range(choose.randrange(1, 5))]
    return [(choose.choice(names), text(choose)) for _ in range(choose.randrange(8))]


def header_value(choose):
    word = lambda: "".join(choose.choices("abcXYZ019;=,:/\"'-_()äß漢", k=choose.randrange(1, 8)))
    return choose.choice(SPACES) + choose.choice(["", " ", "   ", "\t"]).join(
        word() for _ in range(choose.randrange(5))) + choose.choice(SPACES)


def headers(choose):
    names = ["X-Amz-Target", "content-type", "My-Header1", "MY-HEADER1", "a", "Zz", "User-Agent", "Accept", "Expect",
             "X-Amz-Meta_b", "Connection"]
    return [[choose.choice(names), header_value(choose)] for _ in range(choose.randrange(6))]


def make(choose):
    host = choose.choice(["ec2.eu-west-1.amazonaws.com", "EC2.Example.COM", "127.0.0.1", "[::1]", "localhost"])
    port = choose.choice(["", "", ":80", ":443", ":8080"])
    url = f"{choose.choice(['http', 'https'])}://{host}{port}{path(choose)}"
    method = choose.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "post"])
    pairs = query(choose) if choose.random() < 0.7 else []
    sent = url + ("?" + percent_encode_sequence(pairs) if pairs else "")
    # botocore signs parameters, and a query that the URL has already, in two ways.
    request = AWSRequest(method=method, url=url, params=pairs) if choose.random() < 0.5 else AWSRequest(
        method=method, url=sent)
    given = headers(choose)
    for name, value in given:
        request.headers[name] = value
    body = choose.randbytes(choose.choice([0, 0, 1, 63, 64, 200])) if choose.random() < 0.5 else text(choose).encode()
    request.data = body
    return request, sent, given, body


def sign(choose, request):
    token = "".join(choose.choices("abcXYZ019/+=", k=40)) if choose.random() < 0.5 else None
    key = Credentials("AKID" + str(choose.randrange(10**9)), "".join(choose.choices("abcXYZ/+019ä", k=40)), token)
    region = choose.choice(["us-east-1", "eu-central-1", "cn-north-1", "local"])
    # For S3 botocore signs an empty path, though "/" is what is sent.
    service = choose.choice(["ec2", "ec2", "sts", "iam", "s3" if urlsplit(request.url).path else "iam"])
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=choose.randrange(4_102_444_800))
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: time
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    request.context["payload_signing_enabled"] = True
    request.context["client_config"] = Always
    signer(key, service, region).add_auth(request)
    return {"accessKeyID": key.access_key, "secretAccessKey": key.secret_key, "sessionToken": token, "region": region,
            "service": service, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}


class Always:
    """S3 may leave bodies unsigned; not here."""

    s3 = {"payload_signing_enabled": True}


def main(seed, count):
    choose = random.Random(seed)
    for _ in range(count):
        request, url, given, body = make(choose)
        print(json.dumps({"method": request.method, "url": url, "headers": given, "body": list(body),
                          **sign(choose, request), "authorization": request.headers["Authorization"]}))


main(int(sys.argv[1]), int(sys.argv[2]))
