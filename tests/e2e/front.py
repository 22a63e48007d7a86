"""A front before the simulated CloudStack, as a proxy would be: keeps what came over the wire, passes it on, or answers
something else. For what the simulator's own faults cannot do."""

import http.server
import threading

from story import http as ask

HTML = (b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body><h1>No server is available to handle "
        b"this request.</h1></body></html>")


class Front:
    """`answer`: None passes everything on; else a function of (path, headers, body) that gives (status, type, body)."""

    def __init__(self, behind):
        self.behind, self.answer, self.requests = behind, None, []
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                front.requests.append((self.command, self.path, dict(self.headers), body))
                status, kind, text = (front.answer or front.passed_on)(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PUT = do_DELETE = do_HEAD = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/client/api"

    def passed_on(self, _, headers, body):
        reply = ask(self.behind, body, {"Content-Type": headers.get("Content-Type", "")})
        return reply.status, reply.headers["Content-Type"], reply.body

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
