"""The server that tests and benchmarks look at."""

import socket
import urllib.request

import pytest

from tools.browser import served


def test_the_server_goes_away_even_if_its_block_fails(tmp_path):
    (tmp_path / "page.html").write_text("here", encoding="utf-8")
    seen = []

    def fail():
        with served(tmp_path) as address:
            seen.append(address)
            assert urllib.request.urlopen(f"{address}/page.html").read() == b"here"
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    host, port = seen[0].removeprefix("http://").split(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(port))) != 0
