"""A stand-in for Amazon EC2 that keeps EC2's promises and breaks what EC2 may break. See README.md."""
