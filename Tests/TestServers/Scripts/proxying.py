"""A proxy for HTTP (RFC 9110, section 7.7, and CONNECT in section 9.3.6) that leads to two ports, whatever it is asked for.

Usage: proxying.py LOG HTTP-PORT TUNNEL-PORT
Its listening socket is descriptor 3.

Each request to the proxy is a line of the log: number of the connection, method and target. Hosts that begin with
"forbidden" get no tunnel.
"""

import itertools
import socket
import sys
import threading

LOCK = threading.Lock()


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    return head


def length(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def relay(source, sink):
    """Passes everything on until one side ends, and tells the other side so."""
    try:
        while content := source.recv(65536):
            sink.sendall(content)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(connection, number, log, http, tunnels):
    stream = connection.makefile("rb", buffering=0)
    upstream = None
    try:
        while head := read_head(stream):
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            with LOCK:
                log.write(f"{number} {method} {target}\n")
                log.flush()
            if method == "CONNECT":
                if target.startswith("forbidden"):
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    continue
                upstream = socket.create_connection(("127.0.0.1", tunnels))
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                threading.Thread(target=relay, args=(upstream, connection), daemon=True).start()
                relay(connection, upstream)
                return
            if upstream is None:
                upstream = socket.create_connection(("127.0.0.1", http))
                answers = upstream.makefile("rb")
            path = "/" + target.split("://", 1)[-1].partition("/")[2]
            rest = head.split(b"\r\n", 1)[1]
            body = b""
            while len(body) < length(head):
                body += stream.read(length(head) - len(body))
            upstream.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + rest + body)
            answer = read_head(answers)
            connection.sendall(answer + (b"" if method == "HEAD" else answers.read(length(answer))))
    except (OSError, ValueError, TypeError):
        pass  # One of the two has left, or what came was no request.
    finally:
        for end in (connection, upstream):
            if end:
                end.close()


def main():
    http, tunnels = int(sys.argv[2]), int(sys.argv[3])
    with open(sys.argv[1], "w", encoding="utf-8") as log:
        with socket.socket(fileno=3) as listener:
            for number in itertools.count():
                connection, _ = listener.accept()
                arguments = (connection, number, log, http, tunnels)
                threading.Thread(target=serve, args=arguments, daemon=True).start()


main()
