"""opendrinks (https://github.com/alfg/opendrinks, MIT): one JSON file for each drink."""
