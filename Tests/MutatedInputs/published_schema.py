"""An API server that publishes the schema of Kubernetes 1.36 to kubectl, so that kubectl validates by it.

Everything but the schema comes from the simulated cluster behind it. kubectl before 1.27 validates on its own side by the
OpenAPI document of version 2, which it reads in binary form: messages of gnostic's OpenAPIv2.proto, whose field numbers
stand here.
"""
import http.client
import http.server
import json
import threading

SCALARS = {
    "string": ("string", ""), "boolean": ("boolean", ""), "integer:int32": ("integer", "int32"),
    "integer:int64": ("integer", "int64"), "number:double": ("number", "double"), "quantity": ("string", ""),
    "int-or-string": ("string", "int-or-string"), "time": ("string", "date-time"), "micro-time": ("string", "date-time"),
    "string:byte": ("string", "byte"),
}


def varint(number):
    encoded = b""
    while number > 0x7F:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def field(number, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def schema_of(kind):
    """A message Schema for a type as KubernetesFields.json writes it."""
    if kind.startswith("[]"):
        return field(22, field(1, "array")) + field(23, field(1, schema_of(kind[2:])))
    if kind.startswith("{}"):
        return field(21, field(1, schema_of(kind[2:]))) + field(22, field(1, "object"))
    if kind == "any":
        return b""
    if kind in SCALARS:
        name, form = SCALARS[kind]
        return (field(2, form) if form else b"") + field(22, field(1, name))
    return field(1, f"#/definitions/{kind}")


def named(name, message):
    return field(1, name) + field(2, message)


def document(catalogue):
    kinds = {}
    for kind, name in catalogue["kinds"].items():
        kinds.setdefault(name, []).append(kind)
    definitions = b""
    for name, described in catalogue["types"].items():
        properties = b"".join(
            field(1, named(key, schema_of(value if isinstance(value, str) else value["type"])))
            for key, value in described["fields"].items())
        message = b"".join(field(19, key) for key in described.get("required", []))
        message += field(22, field(1, "object"))
        if properties:
            message += field(25, properties)
        if name in kinds:
            entries = []
            for kind in kinds[name]:
                version, word = kind.split(" ")
                group, _, version = version.rpartition("/")
                entries.append({"group": group, "kind": word, "version": version})
            message += field(31, named("x-kubernetes-group-version-kind", field(2, json.dumps(entries))))
        definitions += field(1, named(name, message))
    info = field(1, "Kubernetes") + field(2, "v1.36.2")
    return field(1, "2.0") + field(2, info) + field(8, b"") + field(9, definitions)


class SchemaServer:
    """Serves on a port that the kernel chooses until it is closed."""

    def __init__(self, catalogue, upstream):
        content = document(catalogue)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path.startswith("/openapi/v2"):
                    self.answer(200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", content)
                    return
                connection = http.client.HTTPConnection(*upstream)
                connection.request("GET", self.path, headers={"Accept": "application/json"})
                answer = connection.getresponse()
                self.answer(answer.status, answer.headers.get("Content-Type", "application/json"), answer.read())
                connection.close()

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
