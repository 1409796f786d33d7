"""An HTTP/2 server over TLS that ends requests as real servers seldom do, frame by frame (RFC 9113).

Usage: http2_frames.py CERTIFICATE KEY BEHAVIOUR [CLIENT-AUTHORITY]
Its listening socket is descriptor 3.

With a client authority, the handshake of clients without a certificate of it fails.

  answer       200 without a body
  reset        RST_STREAM with INTERNAL_ERROR in place of an answer
  goaway       GOAWAY with ENHANCE_YOUR_CALM that covers no stream, then the end of the connection
  retire       answers, and after ten requests of a connection says GOAWAY with NO_ERROR that covers all of them
  truncate     the head of an answer, then the end of the connection
  garbage      a frame that breaks the protocol
"""

import socket
import ssl
import struct
import sys
import threading

HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 1, 3, 4, 6, 7
ACK, END_STREAM, END_HEADERS = 1, 1, 4
INTERNAL_ERROR, ENHANCE_YOUR_CALM, NO_ERROR = 2, 11, 0
STATUS_200 = b"\x88"  # RFC 7541, static table entry 8
PREFACE_SIZE = 24


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def read_exactly(connection, size):
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise ConnectionError("the client has left")
        content += part
    return content


def goaway(last_stream, error):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, error))


def answer(behaviour, stream, count):
    """The frames that answer a request, and whether the connection ends after them."""
    whole = frame(HEADERS, END_STREAM | END_HEADERS, stream, STATUS_200)
    if behaviour == "reset":
        return frame(RST_STREAM, 0, stream, struct.pack(">I", INTERNAL_ERROR)), False
    if behaviour == "goaway":
        return goaway(0, ENHANCE_YOUR_CALM), True
    if behaviour == "truncate":
        return frame(HEADERS, END_HEADERS, stream, STATUS_200), True
    if behaviour == "garbage":
        return frame(PING, 0, 0, b"short"), False
    if behaviour == "retire" and count >= 10:
        return whole + goaway(stream, NO_ERROR), False
    return whole, False


def close(tls):
    """Ends a connection so that the client reads what was sent last: a reset would take that away from it."""
    tls.shutdown(socket.SHUT_WR)
    while tls.recv(65536):
        pass
    tls.close()


def shake_hands(connection, context):
    """The connection with TLS; None when that has failed."""
    tls = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    try:
        tls.do_handshake()
        return tls
    except ssl.SSLError:
        close(tls)
        return None


def serve(connection, context, behaviour):
    count = 0
    try:
        connection = shake_hands(connection, context)
        if connection is None:
            return
        with connection:
            read_exactly(connection, PREFACE_SIZE)
            connection.sendall(frame(SETTINGS, 0, 0))
            while True:
                head = read_exactly(connection, 9)
                size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
                stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                payload = read_exactly(connection, size)
                if kind == SETTINGS and not flags & ACK:
                    connection.sendall(frame(SETTINGS, ACK, 0))
                elif kind == PING and not flags & ACK:
                    connection.sendall(frame(PING, ACK, 0, payload))
                elif kind == HEADERS:
                    count += 1
                    frames, is_last = answer(behaviour, stream, count)
                    connection.sendall(frames)
                    if is_last:
                        close(connection)
                        return
    except OSError:
        pass  # The client has left, or never shook hands.


def main():
    certificate, key, behaviour = sys.argv[1:4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    if len(sys.argv) > 4:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(sys.argv[4])
    with socket.socket(fileno=3) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, context, behaviour), daemon=True).start()


main()
