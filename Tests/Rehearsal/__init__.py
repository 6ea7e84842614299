"""A cloud on one machine: the double of EC2 in front of containers that boot as machines do. See README.md."""
