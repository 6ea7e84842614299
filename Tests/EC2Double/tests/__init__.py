"""The double's promises, each held to with boto3: `PYTHONPATH=Tests Scripts/python -m unittest discover -s Tests/EC2Double/tests -t Tests`."""
