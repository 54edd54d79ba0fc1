/*
times:
  issued_at: epoch_ms
  expires_at: epoch_ms
  revoked_at: epoch_ms
dialects: [postgres]
translate:
  kind: profiles.csv
*/
-- Certificates of end entities (type 1), not those of the CA itself. status 21 is one whose holder was told that it
-- expires: it is in force as 20 is; there is no status for expired. A time of -1 is none. One that was held and released
-- again (reason 8) is not revoked. EJBCA keeps no table row for its own profiles: they come by number.
-- Of the subject the organisation alone is handed on; a comma within it is written \, and a quotation mark \"
SELECT
    c.fingerprint AS certificate_id,
    COALESCE(p.certificateProfileName, CAST(c.certificateProfileId AS VARCHAR(20))) AS kind,
    NULLIF(
        REPLACE(REPLACE(SUBSTRING(REPLACE(c.subjectDN, '\,', CHR(1)) FROM '(?:^|,) ?O=([^,]*)'), CHR(1), ','), '\"', '"'), ''
    ) AS unit,
    CASE
        WHEN c.status IN (20, 21) THEN 'active'
        WHEN c.status = 40 THEN 'revoked'
        WHEN c.status = 60 THEN 'archived'
        WHEN c.status IN (0, 10, 11) THEN 'inactive'
        ELSE CAST(c.status AS VARCHAR(9))
    END AS state,
    CASE WHEN c.notBefore > 0 THEN c.notBefore END AS issued_at,
    c.expireDate AS expires_at,
    CASE WHEN c.revocationDate > 0 AND COALESCE(c.revocationReason, 0) NOT IN (-1, 8) THEN c.revocationDate END AS revoked_at
FROM CertificateData AS c
LEFT JOIN CertificateProfileData AS p ON p.id = c.certificateProfileId
WHERE c.type = 1
