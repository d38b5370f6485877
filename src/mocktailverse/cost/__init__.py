"""What a month on AWS costs: the template's resources, usage, prices, and the sum. Pure."""
