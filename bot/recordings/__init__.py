"""Recorded pages: what a page drew and was answered, without anybody's personal data, to be read again at any time."""
