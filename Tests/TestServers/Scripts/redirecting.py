"""A server that redirects as its paths say, and keeps what arrives.

Usage: redirecting.py LOG
Its listening socket is descriptor 3.

  /moved/STATUS?PLACE    STATUS with the Location PLACE, and a body that nobody should take for the answer
  /chain/N               302 to /chain/N-1; /chain/0 is answered
  anything else          200 with a body of two bytes

Each request is a line of the log in JSON: method, path, body and headers, the names of these in lower case.
"""

import http.server
import json
import socket
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    log = None

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        facts = {
            "method": self.command,
            "path": self.path,
            "body": body.decode(),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        with self.lock:
            self.log.write(json.dumps(facts) + "\n")
            self.log.flush()
        parts = self.path.split("?")[0].split("/")
        if parts[1] == "moved":
            self.send(int(parts[2]), b"moved " * 100, self.path.split("?", 1)[1])
        elif parts[1] == "chain" and parts[2] != "0":
            self.send(302, b"moved " * 100, "/chain/%d" % (int(parts[2]) - 1))
        else:
            self.send(200, b"ok", None)

    def send(self, status, body, place):
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


def main():
    Handler.log = open(sys.argv[1], "w", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=3)
    server.serve_forever()


main()
