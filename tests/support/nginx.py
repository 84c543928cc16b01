"""The real nginx with the shipped configuration, and an outer proxy that ends TLS before it."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.servers import Server, free_port, program
from tests.support.sites import ROOT

# What an operator writes to end TLS before the shipped nginx.
OUTER = """
pid {folder}/outer.pid;
error_log {folder}/outer.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/outer-body;
    proxy_temp_path {folder}/outer-proxy;
    fastcgi_temp_path {folder}/outer-fastcgi;
    uwsgi_temp_path {folder}/outer-uwsgi;
    scgi_temp_path {folder}/outer-scgi;
    client_max_body_size 0;
    map $http_upgrade $upgraded {{ default upgrade; "" ""; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        location / {{
            proxy_pass http://127.0.0.1:{inner};
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header Connection $upgraded;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""


class Nginx:
    """An nginx process on a free port, running as `user` if this process is root."""

    def __init__(self, folder: Path, user: int) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.user: dict[str, Any] = {}
        if os.getuid() == 0:
            self.user = {"user": user, "group": user, "extra_groups": []}
            shutil.chown(folder, user, user)
        command = [program("nginx", "nginx-light"), "-c", str(folder / "nginx.conf")]
        # The command of the image has the last option too.
        command += ["-e", str(folder / "start.log"), "-g", "daemon off;"]
        self.server = Server(command, folder / "output.log", **self.user)

    def start(self, configuration: str) -> None:
        """Start with this configuration."""
        (self.folder / "nginx.conf").write_text(configuration)
        self.server.start()

    def stop(self) -> None:
        """Stop the process."""
        self.server.stop()


def shipped(nginx: Nginx, data: Path, *, web: int, sockets: int) -> str:
    """Return deploy/nginx.conf with the folders and ports of this machine."""
    text = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in (
        ("/tmp/", f"{nginx.folder}/"),  # noqa: S108  # a word of the file
        ("listen 8080;", f"listen 127.0.0.1:{nginx.port};"),
        ("web:8000", f"127.0.0.1:{web}"),
        ("sockets:8001", f"127.0.0.1:{sockets}"),
        ("/data/", f"{data}/"),
        ("/dev/std", f"{nginx.folder}/std"),
    ):
        assert old in text, old
        text = re.sub(rf"(?<![\w.]){re.escape(old)}", new, text)
    return text


def outer(nginx: Nginx, inner: int) -> str:
    """Return the configuration of a proxy that ends TLS. This makes its certificate."""
    subprocess.run(
        [
            *(program("openssl", "openssl"), "req", "-x509", "-nodes", "-days", "2"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=test"),
            *("-keyout", "key.pem", "-out", "certificate.pem"),
        ],
        cwd=nginx.folder,
        check=True,
        capture_output=True,
        **nginx.user,
    )
    return OUTER.format(folder=nginx.folder, port=nginx.port, inner=inner)
