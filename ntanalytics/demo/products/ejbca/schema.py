"""Tables of the certificate authority (EJBCA), as far as the suite and its readers meet them."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.demo.store import Database

_CERTIFICATE = {
    "fingerprint": sa.String(250),
    "certificateProfileId": sa.Integer(),
    "endEntityProfileId": sa.Integer(),
    "expireDate": sa.BigInteger(),
    "notBefore": sa.BigInteger(),
    "issuerDN": sa.String(250),
    "revocationDate": sa.BigInteger(),
    "revocationReason": sa.Integer(),
    "serialNumber": sa.String(250),
    "status": sa.Integer(),
    "subjectDN": sa.String(400),
    "type": sa.Integer(),
    "updateTime": sa.BigInteger(),
    "username": sa.String(250),
}

_PROFILE = {"id": sa.Integer(), "certificateProfileName": sa.String(250)}

UNIT_PROFILE, PERSONAL_PROFILE = 700, 701


def create_authority(db: Database) -> None:
    """Create the tables, and the two profiles that a city gave names to."""
    db.create("CertificateData", _CERTIFICATE, key=["fingerprint"])
    db.create("CertificateProfileData", _PROFILE, key=["id"])
    names = ["单位证书", "个人证书"]
    db.insert("CertificateProfileData", {"id": [UNIT_PROFILE, PERSONAL_PROFILE], "certificateProfileName": names})
