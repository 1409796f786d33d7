"""A server that holds every answer until a number of requests have come; later ones are answered at once.

Usage: holding.py PORT REQUESTS
"""

import resource
import select
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def main():
    port, wanted = int(sys.argv[1]), int(sys.argv[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setblocking(False)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    connections, heads, held = {}, {}, []
    is_open = False
    while True:
        for descriptor, _ in epoll.poll():
            if descriptor == listener.fileno():
                try:
                    while True:
                        connection, _ = listener.accept()
                        connections[connection.fileno()] = connection
                        heads[connection.fileno()] = b""
                        epoll.register(connection.fileno(), select.EPOLLIN)
                except BlockingIOError:
                    continue
            connection = connections[descriptor]
            try:
                content = connection.recv(65536)
            except OSError:
                content = b""
            if not content:
                epoll.unregister(descriptor)
                del connections[descriptor], heads[descriptor]
                connection.close()
                continue
            heads[descriptor] += content
            while b"\r\n\r\n" in heads[descriptor]:
                heads[descriptor] = heads[descriptor].split(b"\r\n\r\n", 1)[1]
                held.append(connection)
        is_open = is_open or len(held) >= wanted
        if is_open:
            for connection in held:
                try:
                    connection.send(ANSWER)
                except OSError:
                    pass  # The client has left.
            held.clear()


main()
