"""Who is asking: AWS Signature Version 4, checked with botocore's own signer, and what EC2 answers to each mistake."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from . import errors

# EC2 takes a request that is at most this old or this far ahead.
SKEW_S = 300
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request"
    r"\s*,\s*SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})\s*$"
)


@dataclass(frozen=True)
class Account:
    """The one account that may call, with its one key. With a session token the key is a temporary one."""

    access_key: str = "AKIADOUBLE0000000001"
    secret_key: str = "double-SECRET-0123456789-abcdefghij-KLMNOP"
    session_token: str | None = None
    # Seconds since 1970 from which the session token is refused.
    expires: float | None = None
    number: str = "123456789012"

    @property
    def user(self) -> str:
        return f"arn:aws:iam::{self.number}:user/experimenter"


class _SignerAt(SigV4Auth):
    """Signs exactly the headers that the client says it signed."""

    def __init__(self, account: Account, region: str, signed: list[str]) -> None:
        super().__init__(Credentials(account.access_key, account.secret_key), "ec2", region)
        self._signed = signed

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        chosen = HTTPHeaders()
        for name in self._signed:
            if name in request.headers:
                chosen[name] = request.headers[name]
        return chosen


def verify(account: Account, method: str, host: str, path: str, headers: dict[str, str], body: bytes, now: float) -> str:
    """The region a request is signed for; raises what EC2 answers to a request it does not believe.

    Order as EC2's: the form of the header, the key, the token, the date, then the signature.
    """
    given = headers.get("authorization")
    if given is None:
        raise errors.EC2Error("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    match = AUTHORIZATION.match(given)
    date = headers.get("x-amz-date", "")
    if match is None or not re.fullmatch(r"\d{8}T\d{6}Z", date):
        raise errors.EC2Error("IncompleteSignature", "Authorization header requires a credential, signed headers, a signature and X-Amz-Date")
    if match["key"] != account.access_key or headers.get("x-amz-security-token") != account.session_token:
        raise errors.auth_failure()
    if account.expires is not None and now >= account.expires:
        raise errors.request_expired()
    if match["service"] != "ec2":
        raise errors.EC2Error("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'ec2'.", 403)
    signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    if signed_at < now - SKEW_S:
        raise errors.request_expired()
    if signed_at > now + SKEW_S:
        raise errors.auth_failure()
    signed = match["headers"].split(";")
    must = {"host", "x-amz-date"} | ({"x-amz-security-token"} if account.session_token else set())
    if date[:8] != match["date"] or not must <= set(signed) or signed != sorted(signed):
        raise errors.signature_mismatch()
    if headers.get("x-amz-content-sha256", hashed := hashlib.sha256(body).hexdigest()) != hashed:
        raise errors.signature_mismatch()
    request = AWSRequest(method, f"http://{host}{path}", headers={**headers, "host": host}, data=body)
    request.context["timestamp"] = date
    signer = _SignerAt(account, match["region"], signed)
    canonical = signer.canonical_request(request)
    if signer.signature(signer.string_to_sign(request, canonical), request) != match["signature"]:
        raise errors.auth_failure()
    return match["region"]
