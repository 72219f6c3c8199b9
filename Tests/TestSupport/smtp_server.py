"""smtp_server.py [OPTIONS]: a mail server on a loopback port that keeps nothing and says what it gets, as lines of JSON.

The first line is {"event": "listening", "port": N}; then there is a line for each mail, as Python's email parser reads it. What a
mail's sender or recipient is called decides whether it is refused: mail-553@, rcpt-450@ and data-554@ are answered with that
status to MAIL, RCPT or the end of DATA. It ends with its standard input.
"""
import argparse
import asyncio
import base64
import email
import email.policy
import json
import logging
import re
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Credentials are taken without TLS where a test wants that.
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def say(event: str, **facts) -> None:
    print(json.dumps({"event": event, **facts}), flush=True)


def refusal(command: str, address: str) -> str | None:
    match = re.match(r"(mail|rcpt|data)-(\d{3})@", address)
    return f"{match[2]} refused, as the address says" if match and match[1] == command else None


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return refusal("mail", address) or "250 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = refusal("rcpt", address)
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        refused = refusal("data", envelope.rcpt_tos[0])
        if refused:
            return refused
        tell(server, session, envelope)
        server.has_taken_mail = True
        return "250 taken"


def tell(server: SMTP, session, envelope) -> None:
    message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    tls = server.transport.get_extra_info("ssl_object")
    say("mail",
        client=server.transport.get_extra_info("peername")[1], tls=tls.version() if tls else None,
        login=session.auth_data, sender=envelope.mail_from, recipients=envelope.rcpt_tos,
        raw=base64.b64encode(envelope.original_content).decode(),
        fields=[[name, str(value)] for name, value in message.items()],
        defects=[repr(defect) for part in message.walk() for defect in part.defects]
        + [repr(defect) for _, value in message.items() for defect in value.defects],
        types=[part.get_content_type() for part in message.walk()],
        text=parts["text/plain"].get_content() if "text/plain" in parts else None,
        html=parts["text/html"].get_content() if "text/html" in parts else None)


class Conversation(SMTP):
    has_taken_mail = False
    hangs_up = False

    async def push(self, status):
        await super().push(status)
        if self.hangs_up and self.has_taken_mail:
            self.has_taken_mail = False
            await super().push("421 4.4.2 idle for too long")
            self.transport.close()
            say("hung up")

    def connection_lost(self, error):
        super().connection_lost(error)
        say("closed")


class Stranger(asyncio.Protocol):
    """Says nothing to whoever connects, or one line, and then goes on hearing nothing."""

    def __init__(self, greeting: str | None):
        self.greeting = greeting

    def connection_made(self, transport):
        say("opened")
        if self.greeting:
            transport.write(f"{self.greeting}\r\n".encode())
            transport.close()

    def connection_lost(self, error):
        say("closed")


def tls_context(options: argparse.Namespace) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    if options.outdated:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def conversation(options: argparse.Namespace) -> asyncio.Protocol:
    if options.silent or options.greeting:
        return Stranger(options.greeting)

    def authenticate(server, session, envelope, mechanism, credentials):
        user = credentials.login.decode()
        if f"{user}:{credentials.password.decode()}" != options.account:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=f"{mechanism} {user}")

    excluded = {"PLAIN", "LOGIN"} - set(options.mechanism or ["PLAIN", "LOGIN"])
    made = Conversation(
        Handler(), hostname="mail.test", tls_context=tls_context(options) if options.tls == "starttls" else None,
        authenticator=authenticate if options.account else None, auth_required=bool(options.account),
        auth_require_tls=False, auth_exclude_mechanism=excluded)
    made.hangs_up = options.hang_up
    return made


async def serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: conversation(options), "127.0.0.1", options.port,
        ssl=tls_context(options) if options.tls == "implicit" else None)
    over = asyncio.Event()
    loop.add_reader(sys.stdin, lambda: None if sys.stdin.buffer.read1(1) else over.set())
    say("listening", port=server.sockets[0].getsockname()[1])
    await over.wait()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0, help="any free one unless given")
    options.add_argument("--tls", choices=["starttls", "implicit"])
    options.add_argument("--certificate")
    options.add_argument("--key")
    options.add_argument("--outdated", action="store_true", help="no newer TLS than 1.1")
    options.add_argument("--account", metavar="USER:PASSWORD", help="take mail from this user alone")
    options.add_argument("--mechanism", action="append", choices=["PLAIN", "LOGIN"])
    options.add_argument("--greeting", help="say this and hang up")
    options.add_argument("--silent", action="store_true", help="never say anything")
    options.add_argument("--hang-up", action="store_true", help="say 421 after each mail and hang up")
    asyncio.run(serve(options.parse_args()))


if __name__ == "__main__":
    main()
