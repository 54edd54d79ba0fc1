"""A certificate authority of a test: it issues, it revokes, and its certificates are of no use elsewhere."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = dt.datetime.now(dt.UTC)
YEAR = dt.timedelta(days=365)


class Authority:
    """A certificate authority, its files in one folder.

    Args:
        folder: where its certificate (``<name>.pem``) and what it issues are written.
        name: its name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.file = folder / f"{name}.pem"
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name, self._key, NOW - 2 * YEAR, NOW + YEAR)
        whole = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        whole = whole.add_extension(_authority_usage(), critical=True)
        self.file.write_bytes(whole.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(
        self, name: str, begins: dt.datetime = NOW - YEAR, ends: dt.datetime = NOW + YEAR, hosts: Iterable[str] = ()
    ) -> x509.Certificate:
        """A certificate of ``localhost``, or of some hosts, with its key: ``<name>.pem`` and ``<name>.key``."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name, key, begins, ends)
        address = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts or ("localhost",)])
        issued = builder.add_extension(address, critical=False).sign(self._key, hashes.SHA256())
        (self.folder / f"{name}.pem").write_bytes(issued.public_bytes(Encoding.PEM))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / f"{name}.key").write_bytes(private)
        return issued

    def revoke(self, *certificates: x509.Certificate) -> Path:
        """The list of what is revoked, as a file."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(NOW - dt.timedelta(days=1)).next_update(NOW + YEAR)
        for one in certificates:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(NOW - dt.timedelta(days=1)).build())
        file = self.file.with_suffix(".crl")
        file.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return file

    def browser(self, holder: str | None) -> ssl.SSLContext:
        """What a browser that trusts this authority speaks with, holding the certificate of ``holder`` or none."""
        context = ssl.create_default_context(cafile=str(self.file))
        if holder:
            context.load_cert_chain(self.folder / f"{holder}.pem", self.folder / f"{holder}.key")
        return context

    def _builder(
        self, name: str, key: ec.EllipticCurvePrivateKey, begins: dt.datetime, ends: dt.datetime
    ) -> x509.CertificateBuilder:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return builder.add_extension(own, critical=False).add_extension(issuer, critical=False)


def _authority_usage() -> x509.KeyUsage:
    """What a key may be used for, as RFC 5280 demands of an authority."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
