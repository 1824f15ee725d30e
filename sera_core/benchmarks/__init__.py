"""What ``python -m sera_core benchmark`` prints: how fast the parts are that must be fast, against their aims."""
