"""Prints random INI files, one JSON object a line, each with what botocore reads in it (null if it refuses it).

    read_ini.py SEED COUNT
"""
import json
import random
import sys
import tempfile

import botocore.configloader
from botocore.exceptions import ConfigParseError

SECTIONS = ["[default]", "[profile a]", "[profile \"a b\"]", "[ a ]", "[DEFAULT]", "[services x]", "[a] ; b", "[]", "[a", "[b]]"]
KEYS = ["region", "Region", "aws_access_key_id", "output ", "key with blanks", "ec2", "s3", "ä", "", "a:b"]
VALUES = ["", "us-east-1", "AKIA", "a=b", "a:b ", "x # y", "; z", "\"q\"", "ä漢", "[v]", "\t t"]
INDENTS = ["", "", "", "", " ", "  ", "\t", "    "]
COMMENTS = ["# note", "; note", "#", ";k = v"]


def line(choose):
    kind = choose.random()
    if kind < 0.15:
        return choose.choice(["", "  ", "\t"])
    if kind < 0.25:
        return choose.choice(INDENTS) + choose.choice(COMMENTS)
    if kind < 0.45:
        return choose.choice(INDENTS) + choose.choice(SECTIONS)
    if kind < 0.47:
        return "no delimiter"
    return (choose.choice(INDENTS) + choose.choice(KEYS) + choose.choice(["=", " = ", ":", "= ", " =\t"])
            + choose.choice(VALUES) + choose.choice(["", " ", "\r"]))


def text(choose):
    lines = [line(choose) for _ in range(choose.randrange(1, 10))]
    if choose.random() < 0.9:
        lines.insert(0, choose.choice(SECTIONS[:6]))
    return choose.choice(["\n", "\n", "\r\n"]).join(lines) + choose.choice(["", "\n"])


def main(seed, count):
    choose = random.Random(seed)
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(count):
            content = text(choose)
            with open(file.name, "wb") as out:
                out.write(content.encode())
            try:
                sections = botocore.configloader.raw_config_parse(file.name, parse_subsections=False)
            except ConfigParseError:
                sections = None
            print(json.dumps({"text": content, "sections": sections}))


main(int(sys.argv[1]), int(sys.argv[2]))
