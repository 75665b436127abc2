"""The rows of `make bench`: a module each, with a function `run` that yields its cases."""
