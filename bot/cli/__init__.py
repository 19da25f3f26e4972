"""The commands: each parses, opens what it needs, calls one function, and prints."""
