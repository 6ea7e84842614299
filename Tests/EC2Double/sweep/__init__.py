"""The crash sweep: a program is killed at every kind of moment, and what is left is held against the ledger."""
