"""Tokens signed in every way, and a server of public keys."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth.tokens import Caller, SharedSecret, Verifier

ISSUER = "https://project.supabase.co/auth/v1"
SECRET = "a shared secret of at least thirty-two characters"


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a signed-in user; None leaves one out."""
    usual = {
        "iss": ISSUER,
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "session_id": str(uuid4()),
        "is_anonymous": False,
        "exp": int(time.time()) + 600,
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


def verified(token: str, keys: Any = None) -> Caller:
    return asyncio.run(Verifier(keys or SharedSecret(SECRET), ISSUER).caller(token))


@dataclass
class KeyServer:
    """The JWKS address of a Supabase Auth, over real HTTP."""

    keys: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0
    status: int = 200
    url: str = ""

    def add(self, kid: str, private_key: Any, algorithm: str) -> None:
        family = jwt.algorithms.ECAlgorithm if algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        key = json.loads(family.to_jwk(private_key.public_key()))
        self.keys[kid] = key | {"kid": kid, "alg": algorithm, "use": "sig"}


ES256 = ec.generate_private_key(ec.SECP256R1())
RS256 = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def with_header(token: str, header: dict[str, str]) -> str:
    """The same token under another header; its signature is that of before."""
    return f"{encoded(json.dumps(header).encode())}.{token.partition('.')[2]}"


def signed_with_the_public_key() -> str:
    """The classic confusion: a symmetric signature made with the public key's text."""
    public_text = RS256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header, body, _ = jwt.encode(claims(), SECRET, "HS256", {"kid": "one"}).split(".")
    return f"{header}.{body}.{encoded(hmac.digest(public_text, f'{header}.{body}'.encode(), 'sha256'))}"
