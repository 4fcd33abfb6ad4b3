"""The `jarchi` command: parse, call one function, print."""
