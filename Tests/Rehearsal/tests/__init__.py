"""`PYTHONPATH=Tests Scripts/python -m unittest discover -s Tests/Rehearsal/tests -t Tests`. Those that boot machines need Docker."""
