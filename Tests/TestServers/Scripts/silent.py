"""A server of HTTP/1.1 that keeps clients waiting. Its listening socket is descriptor 3.

Usage: silent.py hanging ANSWERS    answers so many requests, and from then on none
       silent.py holding REQUESTS   holds every answer until so many requests have come; later ones are answered at once
"""

import resource
import select
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def hanging(count):
    """For each request the connections that are to be answered now."""
    left = count

    def asked(connection):
        nonlocal left
        left -= 1
        return [connection] if left >= 0 else []

    return asked


def holding(count):
    held, is_open = [], False

    def asked(connection):
        nonlocal held, is_open
        held.append(connection)
        is_open = is_open or len(held) >= count
        if not is_open:
            return []
        answered, held = held, []
        return answered

    return asked


def accept_all(listener, epoll, connections, heads):
    try:
        while True:
            connection, _ = listener.accept()
            connections[connection.fileno()] = connection
            heads[connection.fileno()] = b""
            epoll.register(connection.fileno(), select.EPOLLIN)
    except BlockingIOError:
        pass


def receive(connection):
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def main():
    asked = {"hanging": hanging, "holding": holding}[sys.argv[1]](int(sys.argv[2]))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listener = socket.socket(fileno=3)
    listener.setblocking(False)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    connections, heads = {}, {}
    while True:
        for descriptor, _ in epoll.poll():
            if descriptor == listener.fileno():
                accept_all(listener, epoll, connections, heads)
                continue
            connection = connections[descriptor]
            content = receive(connection)
            if not content:
                epoll.unregister(descriptor)
                del connections[descriptor], heads[descriptor]
                connection.close()
                continue
            heads[descriptor] += content
            while b"\r\n\r\n" in heads[descriptor]:
                heads[descriptor] = heads[descriptor].split(b"\r\n\r\n", 1)[1]
                for waiting in asked(connection):
                    try:
                        waiting.send(ANSWER)
                    except OSError:
                        pass  # The client has left.


main()
