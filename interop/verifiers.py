"""The same question asked of two libraries: is this an access token of that issuer, by these keys? Both return the
claims, or raise `Refused`."""
import json
import urllib.request

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwt


class Refused(Exception):
    pass


def pyjwt(token: str, algorithm: str, issuer: str, audience: str, jwks_url: str | None = None, secret: dict | None = None):
    try:
        key = jwt.PyJWK(secret) if secret else jwt.PyJWKClient(jwks_url).get_signing_key_from_jwt(token)
        required = ["iss", "sub", "aud", "exp", "iat", "jti", "sid"]
        decoded = jwt.decode_complete(
            token, key.key, algorithms=[algorithm], issuer=issuer, audience=audience, options={"require": required})
    except jwt.PyJWTError as error:
        raise Refused(str(error)) from error
    return decoded["header"], decoded["payload"]


def joserfc_jwt(token: str, algorithm: str, issuer: str, audience: str, jwks_url: str | None = None, secret: dict | None = None):
    try:
        if secret:
            key = joserfc.jwk.OctKey.import_key(secret)
        else:
            with urllib.request.urlopen(jwks_url, timeout=10) as response:
                key = joserfc.jwk.KeySet.import_key_set(json.load(response))
        decoded = joserfc.jwt.decode(token, key, algorithms=[algorithm])
        essential = {name: {"essential": True} for name in ("sub", "exp", "iat", "jti", "sid")}
        joserfc.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer}, aud={"essential": True, "value": audience}, **essential
        ).validate(decoded.claims)
    except (joserfc.errors.JoseError, ValueError) as error:
        raise Refused(str(error)) from error
    return decoded.header, decoded.claims


ALL = {"PyJWT": pyjwt, "joserfc": joserfc_jwt}
