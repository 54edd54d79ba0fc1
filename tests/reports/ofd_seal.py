"""A signer for tests that seals an OFD file as a seal system does, by the structure of GM/T 0031 and with SM2.

It is clearly a test: its key is that of the example in GB/T 32918.5, and its certificate and picture are words. It adds
the signature's parts, names them in ``OFD.xml``, which it writes anew, and digests every other part.
"""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Collection

from ntanalytics.reports.sm3 import sm3
from ntanalytics.reports.verification.verify_ofd import OFD, read_parts

_NAMESPACE = OFD.strip("{}")
_SM2_WITH_SM3, _SM3 = "1.2.156.10197.1.501", "1.2.156.10197.1.401"
FOLDER = "Doc_0/Signs"
_CERTIFICATE, _PICTURE = "测试证书，无效".encode(), b"a test's picture of a seal"

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
KEY = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21

Point = tuple[int, int] | None


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x, y), (u, v) = one, other
    if x == u and (y + v) % P == 0:
        return None
    slope = (3 * x * x + A) * pow(2 * y, -1, P) if one == other else (v - y) * pow(u - x, -1, P)
    third = (slope * slope - x - u) % P
    return third, (slope * (x - third) - y) % P


def _times(count: int, point: Point) -> Point:
    result: Point = None
    while count:
        result = _add(result, point) if count & 1 else result
        point, count = _add(point, point), count >> 1
    return result


def sm2_sign(message: bytes, key: int = KEY, nonce: int = NONCE) -> tuple[int, int]:
    """Return the SM2 signature of a message (GB/T 32918.2) for the usual name of the signer."""
    public = _times(key, G)
    assert public is not None
    words = b"".join(number.to_bytes(32, "big") for number in (A, B, *G, *public))
    signer = bytes.fromhex(sm3(b"\x00\x80" + b"1234567812345678" + words))
    digest = int(sm3(signer + message), 16)
    point = _times(nonce, G)
    assert point is not None
    r = (digest + point[0]) % N
    return r, pow(1 + key, -1, N) * (nonce - r * key) % N


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(content) < 128 else bytes([128 + len(size)]) + size) + content


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(value: bytes) -> bytes:
    return _der(0x03, b"\0" + value)


def _ia5(text: str) -> bytes:
    return _der(0x16, text.encode())


def _oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    content = bytes([40 * first + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(number & 127 | 128)
        content += bytes(reversed(groups))
    return _der(0x06, content)


def _seal() -> bytes:
    """Return SESeal: header, id, properties and picture, signed by the maker."""
    times = [_der(0x17, moment) for moment in (b"260101000000Z", b"260101000000Z", b"310101000000Z")]
    about = _der(0x30, _integer(1), _der(0x0C, "测试章".encode()), _der(0x30, _der(0x04, _CERTIFICATE)), *times)
    picture = _der(0x30, _ia5("TEST"), _der(0x04, _PICTURE), _integer(42), _integer(42))
    info = _der(0x30, _der(0x30, _ia5("ES"), _integer(1), _ia5("test")), _ia5("test-seal"), about, picture)
    signed = _der(0x30, *map(_integer, sm2_sign(info)))
    return _der(0x30, info, _der(0x30, _der(0x04, _CERTIFICATE), _oid(_SM2_WITH_SM3), _bits(signed)))


def _signed_value(signature_xml: bytes) -> bytes:
    """Return SES_Signature: the seal, the digest of Signature.xml and who signed, with the signature of it all."""
    digest = _bits(bytes.fromhex(sm3(signature_xml)))
    place, moment = f"/{FOLDER}/Sign_0/Signature.xml", _bits(b"20261123090000Z")
    to_sign = _der(
        0x30, _integer(1), _seal(), moment, digest, _ia5(place), _der(0x04, _CERTIFICATE), _oid(_SM2_WITH_SM3)
    )
    return _der(0x30, to_sign, _bits(_der(0x30, *map(_integer, sm2_sign(to_sign)))))


def seal(file: bytes, left_out: Collection[str] = ()) -> bytes:
    """Return a file with a seal at the place that is kept free for it.

    Args:
        file: an OFD file without a signature.
        left_out: parts that the seal does not cover.
    """
    parts = read_parts(io.BytesIO(file))
    area = re.search(
        r'<SealArea name="盖章处" box="([^"]*)"><ofd:ObjectRef PageRef="(\d+)"',
        parts["Doc_0/Tags/figures.xml"].decode(),
    )
    assert area is not None
    ET.register_namespace("ofd", _NAMESPACE)
    entry = ET.fromstring(parts["OFD.xml"])
    body = entry.find(f"{OFD}DocBody")
    assert body is not None
    ET.SubElement(body, f"{OFD}Signatures").text = f"/{FOLDER}/Signatures.xml"
    parts["OFD.xml"] = ET.tostring(entry, encoding="utf-8", xml_declaration=True)
    parts[f"{FOLDER}/Signatures.xml"] = (
        f'<ofd:Signatures xmlns:ofd="{_NAMESPACE}">'
        '<ofd:Signature ID="s1" Type="Seal" BaseLoc="Sign_0/Signature.xml"/></ofd:Signatures>'
    ).encode()
    references = "".join(
        f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(bytes.fromhex(sm3(content))).decode()}'
        "</ofd:CheckValue></ofd:Reference>"
        for name, content in parts.items()
        if name not in left_out
    )
    signature = (
        f'<ofd:Signature xmlns:ofd="{_NAMESPACE}"><ofd:SignedInfo><ofd:Provider ProviderName="test"/>'
        f"<ofd:SignatureMethod>{_SM2_WITH_SM3}</ofd:SignatureMethod>"
        "<ofd:SignatureDateTime>20261123090000Z</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{_SM3}">{references}</ofd:References>'
        f'<ofd:StampAnnot ID="a1" PageRef="{area[2]}" Boundary="{area[1]}"/>'
        "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
        "<ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    ).encode()
    parts[f"{FOLDER}/Sign_0/Signature.xml"] = signature
    parts[f"{FOLDER}/Sign_0/Seal.esl"] = _seal()
    parts[f"{FOLDER}/Sign_0/SignedValue.dat"] = _signed_value(signature)
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return result.getvalue()
