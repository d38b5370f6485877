"""Builds the functions' zip and applies the template, to AWS and to the embedded AWS alike."""
