"""A Kubernetes API server as far as it says who asks: it keeps each request with its credentials.

Usage: authenticating.py LOG UPSTREAM CERTIFICATE KEY AUTHORITY, with the socket that listens as descriptor 3

Each request is a line of the log, in JSON. A token "until-SECONDS", in seconds since 1970, is refused with 401 from
then on, a token "for-SECONDS-NAME" so long after it came first, and a token "without-VERB-RESOURCE" is told that it may
not do that; any other credentials are taken. What is let in goes to UPSTREAM (http://HOST:PORT), or, where that is "-", is answered with a version. CERTIFICATE "-" is a
server without TLS; with TLS a client may show a certificate of AUTHORITY.
"""

import http.client
import http.server
import json
import socket
import ssl
import sys
import threading
import time
import urllib.parse

LOCK = threading.Lock()
LOG, UPSTREAM, CERTIFICATE, KEY, AUTHORITY = sys.argv[1:]
REFUSAL = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "Unauthorized",
           "reason": "Unauthorized", "code": 401}


FIRST = {}


def is_expired(authorization):
    """Whether a token is no longer taken."""
    until = authorization.removeprefix("Bearer until-")
    if until.replace(".", "").isdigit():
        return float(until) <= time.time()
    if authorization.startswith("Bearer for-"):
        with LOCK:
            first = FIRST.setdefault(authorization, time.monotonic())
        return time.monotonic() - first >= float(authorization.split("-")[1])
    return False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        expired = is_expired(self.headers.get("Authorization") or "")
        self.note(401 if expired else 200)
        missing = (self.headers.get("Authorization") or "").removeprefix("Bearer without-")
        if self.path.endswith("/selfsubjectaccessreviews"):
            review = json.loads(body)
            attributes = review["spec"]["resourceAttributes"]
            if missing == attributes["verb"] + "-" + attributes["resource"]:
                review["status"] = {"allowed": False, "reason": "the test says so"}
                return self.send(201, json.dumps(review).encode())
        if expired:
            self.send(401, json.dumps(REFUSAL).encode())
        elif UPSTREAM == "-":
            self.send(200, b'{"gitVersion": "v1.36.2"}')
        else:
            self.forward(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    def note(self, status):
        peer = self.connection.getpeercert() if CERTIFICATE != "-" else None
        subject = dict(part[0] for part in peer["subject"])["commonName"] if peer else None
        headers = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        with LOCK, open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({"method": self.command, "path": self.path, "headers": headers,
                                  "certificate": subject, "status": status}) + "\n")

    def send(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self, body):
        place = urllib.parse.urlsplit(UPSTREAM)
        upstream = http.client.HTTPConnection(place.hostname, place.port)
        try:
            headers = {name: self.headers[name] for name in ("Accept", "Content-Type") if name in self.headers}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name in ("Content-Type", "Date"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        finally:
            upstream.close()

    def send_response(self, code, message=None):
        # Without a Date of its own.
        self.send_response_only(code, message)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    context = None

    def finish_request(self, request, client_address):
        connection = request
        try:
            if self.context:
                connection = self.context.wrap_socket(request, server_side=True)
            self.RequestHandlerClass(connection, client_address, self)
        except OSError:
            pass  # The other side has left, or wanted another handshake.
        finally:
            connection.close()


def main():
    open(LOG, "w", encoding="utf-8").close()
    with Server(("127.0.0.1", 0), Handler, bind_and_activate=False) as server:
        server.socket.close()
        server.socket = socket.socket(fileno=3)
        if CERTIFICATE != "-":
            server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.context.load_cert_chain(CERTIFICATE, KEY)
            server.context.load_verify_locations(AUTHORITY)
            server.context.verify_mode = ssl.CERT_OPTIONAL
        server.serve_forever()


main()
