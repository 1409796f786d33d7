"""A server of HTTP/1.1 that answers so many requests, and from then on none: it takes connections, reads, and is silent.

Usage: hanging.py PORT ANSWERS
"""

import resource
import select
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def main():
    port, left = int(sys.argv[1]), int(sys.argv[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setblocking(False)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    connections, heads = {}, {}
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
                if left > 0:
                    left -= 1
                    connection.send(ANSWER)


main()
