/*
times:
  issued_at: epoch_ms
  expires_at: epoch_ms
  revoked_at: epoch_ms
dialects: [sqlite]
translate:
  kind: profiles.csv
*/
-- Certificates of end entities (type 1), not those of the CA itself. status 21 is one whose holder was told that it
-- expires: it is in force as 20 is; there is no status for expired. A time of -1 is none. One that was held and released
-- again (reason 8) is not revoked. EJBCA keeps no table row for its own profiles: they come by number.
-- Of the subject the organisation alone is handed on; a comma within it is written \, and a quotation mark \"
WITH certificates AS (
    SELECT
        c.fingerprint,
        COALESCE(p.certificateProfileName, CAST(c.certificateProfileId AS VARCHAR(20))) AS profile,
        c.status,
        c.notBefore,
        c.expireDate,
        c.revocationDate,
        c.revocationReason,
        ',' || REPLACE(REPLACE(c.subjectDN, '\,', CHAR(1)), ', ', ',') || ',' AS dn
    FROM CertificateData AS c
    LEFT JOIN CertificateProfileData AS p ON p.id = c.certificateProfileId
    WHERE c.type = 1
),
organised AS (
    SELECT *, CASE WHEN INSTR(dn, ',O=') > 0 THEN SUBSTR(dn, INSTR(dn, ',O=') + 3) END AS rest FROM certificates
)
SELECT
    fingerprint AS certificate_id,
    profile AS kind,
    NULLIF(REPLACE(REPLACE(SUBSTR(rest, 1, INSTR(rest, ',') - 1), CHAR(1), ','), '\"', '"'), '') AS unit,
    CASE
        WHEN status IN (20, 21) THEN 'active'
        WHEN status = 40 THEN 'revoked'
        WHEN status = 60 THEN 'archived'
        WHEN status IN (0, 10, 11) THEN 'inactive'
        ELSE CAST(status AS VARCHAR(9))
    END AS state,
    CASE WHEN notBefore > 0 THEN notBefore END AS issued_at,
    expireDate AS expires_at,
    CASE WHEN revocationDate > 0 AND COALESCE(revocationReason, 0) NOT IN (-1, 8) THEN revocationDate END AS revoked_at
FROM organised
