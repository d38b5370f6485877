"""Build the functions' zip and apply the template, to AWS and to the embedded AWS alike."""
