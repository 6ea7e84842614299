"""Prints random environments and files, one JSON object a line, each with what botocore makes of it.

    random_profiles.py SEED COUNT
"""
import json
import os
import random
import sys
import tempfile

import botocore.session
from botocore.exceptions import BotoCoreError

PROFILES = ["default", "lab", "my lab"]
REGIONS = ["us-east-1", "eu-west-3", "cn-north-1"]
LOADER = botocore.session.Session().get_component("data_loader")  # keeps what it has read of EC2
URLS = ["http://127.0.0.1:5000", "https://ec2.example", "http://[::1]:1/api/"]


def keys(choose, chance):
    if choose.random() > chance:
        return {}
    number = choose.randrange(1000)
    found = {"aws_access_key_id": f"AKIA{number}", "aws_secret_access_key": f"s={number}/+"}
    if choose.random() < 0.1:
        del found["aws_secret_access_key"]
    for token in ["aws_session_token", "aws_security_token"]:
        if choose.random() < 0.4:
            found[token] = f"{token}{number}"
    return found


def maybe(choose, chance, **values):
    return {name: choose.choice(value) for name, value in values.items() if choose.random() < chance}


def section(choose, header, values):
    lines = [f"{name}{choose.choice(['=', ' = ', ' : '])}{value}" for name, value in values.items()]
    choose.shuffle(lines)
    return "\n".join([choose.choice(["", "# note\n"]) + f"[{header}]", *lines, ""])


def files(choose):
    credentials, config = [], []
    for profile in PROFILES:
        if choose.random() < 0.6:
            own = keys(choose, 0.8) | maybe(choose, 0.1, region=REGIONS, endpoint_url=URLS)
            credentials.append(section(choose, profile, own))
        if choose.random() < 0.7:
            own = keys(choose, 0.3) | maybe(choose, 0.4, region=REGIONS, endpoint_url=URLS, services=["one", "two"])
            own |= maybe(choose, 0.05, ignore_configured_endpoint_urls=["true", "false"])
            header = {"default": choose.choice(["default", "profile default"]), "my lab": 'profile "my lab"'}
            config.append(section(choose, header.get(profile, f"profile {profile}"), own))
    if choose.random() < 0.8:
        config.append(f"[services one]\nec2 =\n  endpoint_url = {choose.choice(URLS)}\ns3 =\n  endpoint_url = http://s3\n")
    return "\n".join(credentials), "\n".join(config)


def variables(choose):
    own = {name.upper(): value for name, value in keys(choose, 0.2).items()}
    own |= maybe(choose, 0.5, AWS_PROFILE=[*PROFILES, "none"])
    own |= maybe(choose, 0.1, AWS_DEFAULT_PROFILE=PROFILES)
    own |= maybe(choose, 0.3, AWS_DEFAULT_REGION=REGIONS)
    own |= maybe(choose, 0.15, AWS_ENDPOINT_URL=URLS, AWS_ENDPOINT_URL_EC2=URLS)
    own |= maybe(choose, 0.1, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=["true", "false"])
    return own | maybe(choose, 0.05, AWS_SESSION_TOKEN=[""])


def judge():
    """What botocore finds; null where it refuses or finds nothing."""
    session = botocore.session.Session()
    session.register_component("data_loader", LOADER)
    verdict = {"keys": None, "region": None, "endpoint": None}
    try:
        found = session.get_credentials()
        verdict["keys"] = found and [found.access_key, found.secret_key, found.token or ""]
    except BotoCoreError:
        pass
    try:
        verdict["region"] = session.get_config_variable("region") or None
        session.set_credentials("none", "none")
        if verdict["region"]:
            verdict["endpoint"] = session.create_client("ec2").meta.endpoint_url
    except BotoCoreError:
        verdict["region"] = None
    return verdict


def main(seed, count):
    choose = random.Random(seed)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    clean = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            texts = dict(zip(["credentials", "config"], files(choose)))
            for name, text in texts.items():
                with open(f"{folder}/{name}", "w") as file:
                    file.write(text)
            own = variables(choose)
            os.environ.clear()
            os.environ.update(clean | own)
            os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
            os.environ["AWS_CONFIG_FILE"] = f"{folder}/config"
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = f"{folder}/credentials"
            print(json.dumps({"variables": own, **texts, **judge()}))


main(int(sys.argv[1]), int(sys.argv[2]))
