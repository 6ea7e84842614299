"""Prints every region that botocore knows for EC2 with its endpoint, as one JSON object."""
import json
import os

import botocore.session

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
session = botocore.session.Session()
session.set_credentials("none", "none")  # else it would ask whether this is an EC2 instance
endpoints = {}
for partition in session.get_available_partitions():
    for region in session.get_available_regions("ec2", partition_name=partition):
        endpoints[region] = session.create_client("ec2", region_name=region).meta.endpoint_url
print(json.dumps(endpoints))
