"""Tables of the certificate authority EJBCA that the suite and its readers use."""

from __future__ import annotations

from ntanalytics.demo.store import parse_tables

TABLES = parse_tables("""
CertificateData: fingerprint* 250, certificateProfileId int, endEntityProfileId int, expireDate bigint,
  notBefore bigint, issuerDN 250, revocationDate bigint, revocationReason int, serialNumber 250, status int,
  subjectDN 400, type int, updateTime bigint, username 250
CertificateProfileData: id* int, certificateProfileName 250
""")

#: Ids of the two profiles that the city named.
UNIT_PROFILE, PERSONAL_PROFILE = 700, 701
