"""Whom connections trust, read once for the whole process: loading the list takes longer than most calls."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """The certificate authorities of httpx, or those that SSL_CERT_FILE or SSL_CERT_DIR names; always checked."""
    return httpx.create_ssl_context()
