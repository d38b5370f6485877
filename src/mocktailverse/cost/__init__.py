"""The cost of a month on AWS: the template's resources, usage, prices, and the sum. Pure."""
