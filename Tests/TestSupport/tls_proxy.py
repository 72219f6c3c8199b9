"""tls_proxy.py --certificate FILE --key FILE SOCKET: speaks TLS for the PostgreSQL server at a Unix socket.

It takes connections on a loopback port, which it prints. An answer is passed on when it is complete, and so in records as large as
TLS has them, 16 KB, wherever the server has ended a piece of it. Meant for statements outside transactions. It ends with its
standard input.
"""
import argparse
import select
import socket
import ssl
import sys
import threading

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
READY_FOR_QUERY = b"Z\0\0\0\5I"


def relay(client: socket.socket, server: socket.socket) -> None:
    answer = b""
    while True:
        for ready in select.select([client, server], [], [])[0]:
            piece = ready.recv(65536)
            if ready is client:
                server.sendall(piece)
            else:
                answer += piece
                if not piece or answer.endswith(READY_FOR_QUERY):
                    client.sendall(answer)
                    answer = b""
            if not piece:
                return


def serve(client: socket.socket, context: ssl.SSLContext, path: str) -> None:
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(path)
            start = client.recv(8, socket.MSG_WAITALL)
            if start == SSL_REQUEST:
                client.sendall(b"S")
                client = context.wrap_socket(client, server_side=True)
            else:
                # A request to cancel, which goes unencrypted.
                server.sendall(start)
            relay(client, server)
    except OSError:
        pass
    finally:
        client.close()


def accept(listener: socket.socket, context: ssl.SSLContext, path: str) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, context, path), daemon=True).start()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--certificate", required=True)
    options.add_argument("--key", required=True)
    options.add_argument("socket")
    given = options.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(listener, context, given.socket), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
