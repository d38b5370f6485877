"""What Datasette reads as plugins: each file here, this one included."""
