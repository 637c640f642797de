"""A server's certificate for 127.0.0.1, made for one test by openssl."""
import shutil
import ssl
import subprocess
import unittest

needs_openssl = unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")


def make(folder):
    """(what `http.tls` says of it, a client's context that trusts it)"""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    key.chmod(0o600)
    return ({"certificate": str(certificate), "key": str(key)},
            ssl.create_default_context(cafile=str(certificate)))
