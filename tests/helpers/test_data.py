"""Fashion-MNIST comes from the first place that has it, whole and checked; no fault leaves anything broken behind."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
import torch
from torchvision.datasets import FashionMNIST

from helpers import data
from tests.conftest import ROOT

SHAPES = {
    "train-images-idx3-ubyte": (60, 28, 28),
    "train-labels-idx1-ubyte": (60,),
    "t10k-images-idx3-ubyte": (10, 28, 28),
    "t10k-labels-idx1-ubyte": (10,),
}
NUMBERS = torch.Generator().manual_seed(0)
SMALL = {
    name: torch.randint(0, 256, shape, dtype=torch.uint8, generator=NUMBERS) for name, shape in SHAPES.items()
}  # fmt: skip


def idx(tensor):
    """A tensor in the idx format."""
    sizes = b"".join(size.to_bytes(4, "big") for size in tensor.shape)
    return bytes([0, 0, 8, tensor.ndim]) + sizes + tensor.numpy().tobytes()


CONTENT = {name: idx(tensor) for name, tensor in SMALL.items()}
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENT.items()}


def small_files():
    """The small data set, told as the published one is."""
    return tuple(
        data._File(name, tuple(SMALL[name].shape), hashlib.sha256(content).hexdigest())
        for name, content in CONTENT.items()
    )


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """A machine of its own, with a data set of 60 and 10 images as the published one, and no network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.setattr(data, "DEBIAN", tmp_path / "no-such-package")
    monkeypatch.setattr(data, "PATIENCE", (1, 1))
    monkeypatch.setattr(data, "_FILES", small_files())
    monkeypatch.setattr(FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])  # nobody listens there
    sums = {name: hashlib.md5(content).hexdigest() for name, content in PACKED.items()}
    monkeypatch.setattr(FashionMNIST, "resources", list(sums.items()))
    data.forget()
    yield
    data.forget()


class Mirror(http.server.BaseHTTPRequestHandler):
    """A server of the packed files; `fault` spoils what it sends of one of them."""

    fault = staticmethod(lambda name, body: (body, len(body)))
    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        self.asked.append(name)
        body, length = self.fault(name, PACKED[name])
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(monkeypatch):
    Mirror.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    yield Mirror
    Mirror.fault = staticmethod(lambda name, body: (body, len(body)))
    server.shutdown()


def fill(folder, packed=False):
    folder.mkdir(parents=True)
    for name, content in (PACKED if packed else CONTENT).items():
        (folder / name).write_bytes(content)
    return folder


def is_whole(found):
    pairs = zip((*found.train, *found.test), SMALL.values(), strict=True)
    return all(torch.equal(ours.to(torch.uint8), theirs) for ours, theirs in pairs)


def left_behind(tmp_path):
    return [path.name for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("packed", [False, True])
def test_a_named_folder_comes_first(tmp_path, monkeypatch, packed):
    fill(tmp_path / "data" / "FashionMNIST" / "raw")
    monkeypatch.setenv("FASHION_MNIST_DIR", str(fill(tmp_path / "mine", packed)))
    found = data.fashion_mnist()
    assert is_whole(found)
    assert found.source.startswith("from FASHION_MNIST_DIR=")
    assert (found.train.images.dtype, found.train.labels.dtype) == (torch.uint8, torch.int64)


def test_torchvisions_folder_then_debians_then_a_download(tmp_path, monkeypatch, mirror):
    found = data.fashion_mnist()
    assert is_whole(found)
    assert found.source == "downloaded"
    assert set(mirror.asked) == set(PACKED)
    mirror.asked.clear()
    data.forget()
    assert data.fashion_mnist().source == "from the download of an earlier run"
    assert mirror.asked == []  # not again
    monkeypatch.setattr(data, "DEBIAN", fill(tmp_path / "debian", packed=True))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    data.forget()
    assert data.fashion_mnist().source == "from Debian's package"
    fill(tmp_path / "data" / "FashionMNIST" / "raw")
    data.forget()
    assert data.fashion_mnist().source == "from torchvision's folder ./data"


def test_without_network_there_is_the_sample_and_one_attempt(tmp_path):
    start = time.monotonic()
    found = data.fashion_mnist()
    assert not found.complete
    assert found.source.startswith("a sample")
    assert "download: " in found.tried[0]
    assert "tried before: download" in repr(found)
    data.fashion_mnist.cache_clear()
    assert "not tried again" in data.fashion_mnist().tried[0]
    assert time.monotonic() - start < 20
    assert left_behind(tmp_path) == []


def test_the_sample_holds_as_many_of_each_class():
    train, test = data._read_sample()
    assert train.labels.bincount().tolist() == [300] * 10
    assert test.labels.bincount().tolist() == [100] * 10
    assert train.images.shape == (3000, 28, 28)
    assert data.SAMPLE.stat().st_size <= 3_000_000


def cut(name, body):
    return body[: len(body) // 2], len(body)  # the connection breaks in mid-file


def short(name, body):
    return body[: len(body) // 2], len(body) // 2


def wrong(name, body):
    return (
        (body[:-9] + bytes([body[-9] ^ 255]) + body[-8:], len(body))
        if name.startswith("t10k-images")
        else (body, len(body))
    )


def page(name, body):
    text = b"<html>Please log in to this network</html>"
    return text, len(text)


TOLD = {
    cut: r"train-images-idx3-ubyte\.gz is damaged \(.*ended before.*\)$",
    short: r"train-images-idx3-ubyte\.gz is damaged \(.*ended before.*\)$",
    wrong: r"t10k-images-idx3-ubyte\.gz is damaged \(CRC check failed.*\)$",
    page: r"train-images-idx3-ubyte\.gz is a web page, not data \(a network's login page, perhaps\)$",
}


@pytest.mark.parametrize("fault", TOLD, ids=lambda fault: fault.__name__)
def test_a_spoilt_download_is_told_and_leaves_nothing(tmp_path, mirror, fault):
    mirror.fault = staticmethod(fault)
    found = data.fashion_mnist()
    assert found.source.startswith("a sample")
    assert re.match(f"download: {TOLD[fault]}", found.tried[0])
    assert left_behind(tmp_path) == []
    mirror.fault = staticmethod(lambda name, body: (body, len(body)))
    data.forget()
    assert is_whole(data.fashion_mnist())  # the next process gets it


#: what a server sends, and what is told of it; HEAD is answered rightly where it begins with "later"
REPLIES = {
    "later: cut short": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + b"x" * 9,
        "IncompleteRead(",
    ),
    "not http": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "BadStatusLine: SSH-2.0"),
    "later: not http": (b"220 mail.example.org ESMTP\r\n\r\n", "BadStatusLine: 220 mail"),
    "too long a line": (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", "LineTooLong: got more than"),
    "no port": (b"HTTP/1.1 302 Found\r\nLocation: http://host:port/\r\n\r\n", "InvalidURL: nonnumeric port: 'port'"),
    "later: no port": (b"HTTP/1.1 302 Found\r\nLocation: http://host:port/\r\n\r\n", "InvalidURL: nonnumeric port"),
    "no brackets": (b"HTTP/1.1 302 Found\r\nLocation: http://[::1/\r\n\r\n", "ValueError: Invalid IPv6 URL"),
    "another scheme": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n", "HTTP Error 302"),
    "not found": (b"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP Error 404: Not Found"),
    "later: not found": (b"HTTP/1.1 404 Not Found\r\n\r\n", "Error downloading train-images-idx3-ubyte.gz: Tried "),
    "nothing": (b"", "Remote end closed connection without response"),
}


@pytest.mark.parametrize("how", REPLIES)
def test_whatever_a_server_answers_there_is_the_sample_with_the_reason(tmp_path, monkeypatch, how):
    reply, reason = REPLIES[how]

    class Raw(socketserver.StreamRequestHandler):
        def handle(self):
            asked = self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            good = how.startswith("later") and asked.startswith(b"HEAD")
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" if good else reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Raw) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_address[1]}/"])
        found = data.fashion_mnist()
        server.shutdown()
    assert found.source.startswith("a sample")
    assert found.tried[0].startswith(f"download: {reason}")
    assert "\n" not in found.tried[0]
    assert not found.tried[0].endswith(":")
    assert left_behind(tmp_path) == []


def spoil(folder, how):
    path = folder / "train-images-idx3-ubyte.gz"
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[:1000], "corrupt": whole[:500] + bytes(100) + whole[600:], "other": gzip.compress(b"else")}[how])  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("how", ["truncated", "corrupt", "other"])
def test_a_bad_file_on_disk_is_named_and_passed_over(tmp_path, monkeypatch, mirror, how):
    folder = fill(tmp_path / "debian", packed=True)
    spoil(folder, how)
    monkeypatch.setattr(data, "DEBIAN", folder)
    found = data.fashion_mnist()
    assert is_whole(found)
    assert found.source == "downloaded"
    assert "train-images-idx3-ubyte.gz" in found.tried[0]
    monkeypatch.setenv("FASHION_MNIST_DIR", str(folder))
    data.forget()
    with pytest.raises(
        data.DataError,
        match=r"train-images-idx3-ubyte\.gz is (damaged|not the published file) .*: put the four published",
    ):
        data.fashion_mnist()


def test_a_named_folder_without_the_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="has no train-images-idx3-ubyte"):
        data.fashion_mnist()


@pytest.mark.parametrize("named", ["nowhere", "~nobody-of-this-name/data", "file"])
def test_a_named_folder_that_is_none_is_refused(tmp_path, monkeypatch, named):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("FASHION_MNIST_DIR", named)
    with pytest.raises(
        data.DataError, match=r"FASHION_MNIST_DIR=.* is no folder.*: put the four .* or unset FASHION_MNIST"
    ):
        data.fashion_mnist()


def test_a_spoilt_file_does_not_hide_the_intact_one_beside_it(tmp_path):
    raw = fill(tmp_path / "data" / "FashionMNIST" / "raw", packed=True)
    plain, packed = raw / "train-images-idx3-ubyte", raw / "train-images-idx3-ubyte.gz"
    for spoilt in (CONTENT[plain.name][:1000], b"", b"<!DOCTYPE html><title>Log in</title>"):
        plain.write_bytes(spoilt)
        data.forget()
        found = data.fashion_mnist()
        assert is_whole(found)
        assert (found.source, found.tried) == ("from torchvision's folder ./data", ())
    plain.write_bytes(CONTENT[plain.name])
    packed.write_bytes(b"<html>")
    data.forget()
    assert is_whole(data.fashion_mnist())
    plain.unlink()
    plain.mkdir()
    data.forget()
    assert "ubyte cannot be read (Is a directory)" in data.fashion_mnist().tried[0]


def test_a_login_page_on_the_disk_is_called_one_and_the_advice_fits_the_place(tmp_path, monkeypatch):
    for folder, advice in {
        tmp_path / "data" / "FashionMNIST" / "raw": ": delete it",
        tmp_path / "cache" / "convnets" / "FashionMNIST" / "raw": ": delete it, and it will be fetched again",
        tmp_path / "debian": ": install the package dataset-fashion-mnist anew",
    }.items():
        fill(folder)
        (folder / "t10k-labels-idx1-ubyte").write_bytes(b"\n <HTML><body>Please log in</body>")
        monkeypatch.setattr(data, "DEBIAN", tmp_path / "debian")
        data.forget()
        last = data.fashion_mnist().tried[-2]
        assert last.endswith(
            f"t10k-labels-idx1-ubyte is a web page, not data (a network's login page, perhaps){advice}"
        )
    (folder / "t10k-labels-idx1-ubyte").unlink()
    data.forget()
    assert data.fashion_mnist().tried[-2].endswith("has no t10k-labels-idx1-ubyte and no t10k-labels-idx1-ubyte.gz")


def test_without_a_home_folder_the_next_place_is_tried(tmp_path, monkeypatch):
    def nobody(*_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    found = data.fashion_mnist()
    assert found.source.startswith("a sample")
    assert found.tried[-1].startswith("download: there is no home folder to keep data in: set XDG_CACHE_HOME")
    monkeypatch.setattr(data, "DEBIAN", fill(tmp_path / "debian", packed=True))
    data.forget()
    assert data.fashion_mnist().source == "from Debian's package"


# --- as another user: root may read everything


STRANGER = 54321

CHILD = """
import json, os, sys
from pathlib import Path
from torchvision.datasets import FashionMNIST
from helpers import data
from tests.helpers import test_data

base = Path(sys.argv[1])
data.SAMPLE, data.DEBIAN = base / "sample.npz", base / "none"
data._FILES, data.PATIENCE = test_data.small_files(), (1, 1)
FashionMNIST.mirrors = ["http://127.0.0.1:9/"]
os.chdir(base)
os.environ.pop("HOME", None), os.environ.pop("FASHION_MNIST_DIR", None)
os.environ["XDG_CACHE_HOME"] = str(base / "none")
data.fashion_mnist()  # whatever is imported late, is imported before we are somebody else
if os.getuid() == 0:
    os.setgroups([]), os.setgid(test_data.STRANGER), os.setuid(test_data.STRANGER)
told = {}
for name, (folder, settings) in json.loads(sys.argv[2]).items():
    os.chdir(base / folder)
    data.DEBIAN = base / settings.pop("debian", "none")
    for key, value in settings.items():
        os.environ.pop(key, None) if value is None else os.environ.update({key: str(base / value)})
    data.forget()
    try:
        told[name] = repr(data.fashion_mnist())
    except Exception as error:
        told[name] = f"{type(error).__name__}: {error}"
    os.environ.pop("FASHION_MNIST_DIR", None)
    os.environ["XDG_CACHE_HOME"] = str(base / "none")
print(json.dumps(told))
"""

CASES = {
    "locked cache": ("empty", {"XDG_CACHE_HOME": "locked", "debian": "debian"}),
    "locked data": ("closed", {"debian": "debian"}),
    "locked all": ("closed", {"XDG_CACHE_HOME": "locked", "debian": "locked"}),
    "locked file": ("half", {}),
    "locked file, packed beside it": ("both", {}),
    "nobody": ("empty", {"XDG_CACHE_HOME": None}),
    "named": ("empty", {"FASHION_MNIST_DIR": "locked"}),
    "named inside": ("empty", {"FASHION_MNIST_DIR": "locked/inside"}),
    "named file": ("empty", {"FASHION_MNIST_DIR": "half/data/FashionMNIST/raw"}),
}


@pytest.fixture(scope="module")
def stranger():
    """What a user is told who may not read some folders; root becomes somebody else for it."""
    base = Path(tempfile.mkdtemp())
    raw = Path("data", "FashionMNIST", "raw")
    (base / "empty").mkdir()
    for folder in (
        base / "debian",
        base / "locked" / "inside",
        *(base / name / raw for name in ("closed", "half", "both")),
    ):
        fill(folder)
    shutil.copy(data.SAMPLE, base / "sample.npz")
    (base / "both" / raw / "train-images-idx3-ubyte.gz").write_bytes(PACKED["train-images-idx3-ubyte.gz"])
    base.chmod(0o755)
    shut = [base / "locked", base / "closed" / "data"]
    shut += [base / name / raw / "train-images-idx3-ubyte" for name in ("half", "both")]
    for path in shut:
        path.chmod(0)
    cases = {name: case for name, case in CASES.items() if os.getuid() == 0 or name != "nobody"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(base), json.dumps(cases)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    for path in shut:
        path.chmod(0o700)
    shutil.rmtree(base)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


DENIED = r"cannot be read \(Permission denied\): make it readable for this user"


@pytest.mark.skipif(os.name != "posix", reason="permissions as on Unix")
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("locked cache", rf"^Fashion-MNIST, .* from Debian's package\n  tried before: .*locked/convnets\S* {DENIED}$"),
        ("locked data", rf"^Fashion-MNIST, .* from Debian's package\n  tried before: data/Fashion\S* {DENIED}$"),
        ("locked all", rf"(?s)^Fashion-MNIST, 3,000 .* a sample.*{DENIED}.*{DENIED}.*download: "),
        ("locked file", rf"^Fashion-MNIST, 3,000 .*\n.*/train-images-idx3-ubyte {DENIED}\n"),
        ("locked file, packed beside it", r"^Fashion-MNIST, 60 .* from torchvision's folder \./data$"),
        ("named", rf"^DataError: .*locked/train-images\S* {DENIED}, or name another folder$"),
        ("named inside", rf"^DataError: .*locked/inside {DENIED}, or name"),
        ("named file", rf"^DataError: .*/train-images-idx3-ubyte {DENIED}, or name"),
        ("nobody", "(?s)^Fashion-MNIST, 3,000 .* a sample.*download: there is no home folder .* set XDG_CACHE_HOME"),
    ],
)
def test_what_a_user_may_not_read_is_told_and_the_next_place_is_tried(stranger, case, expected):
    if case == "nobody" and os.getuid() != 0:
        pytest.skip("only root can become a user whom nobody knows")
    assert re.search(expected, stranger[case]), stranger[case]


def test_a_cache_that_cannot_be_written_is_told(tmp_path, monkeypatch, mirror):
    (tmp_path / "cache").write_text("a file, where a folder should be", encoding="utf-8")
    found = data.fashion_mnist()
    assert found.source.startswith("a sample")
    assert "download: " in found.tried[0]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch, mirror):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("torchvision.datasets.mnist.download_and_extract_archive", full)
    found = data.fashion_mnist()
    assert "No space left on device" in found.tried[0]
    assert left_behind(tmp_path) == []


def test_ctrl_c_in_mid_download_leaves_nothing(tmp_path, monkeypatch, mirror):
    real = FashionMNIST.download

    def interrupted(self):
        real(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(FashionMNIST, "download", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.fashion_mnist()
    assert left_behind(tmp_path) == []
    monkeypatch.setattr(FashionMNIST, "download", real)
    assert data.fashion_mnist().source == "downloaded"


def test_two_processes_at_once_both_get_it(tmp_path, mirror):
    results = []

    def one():
        results.append(data._fetch(data.cache()))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert sorted(left_behind(tmp_path / "cache")) == sorted(CONTENT)


# --- batches


@pytest.fixture
def split():
    return data.Split(SMALL["train-images-idx3-ubyte"], SMALL["train-labels-idx1-ubyte"].long())


def test_batches_hold_everything_once_as_a_data_loader_would(split):
    from torch.utils.data import DataLoader, TensorDataset

    images = split.images[:, None].float() / 255
    theirs = DataLoader(TensorDataset(images, split.labels), batch_size=16)
    ours = data.Batches(split, 16)
    assert len(ours) == len(theirs) == 4
    for (X, y), (their_X, their_y) in zip(ours, theirs, strict=True):
        torch.testing.assert_close(X, their_X, rtol=0, atol=0)
        assert torch.equal(y, their_y)


def test_shuffled_batches_differ_from_pass_to_pass_and_not_from_run_to_run(split):
    order = lambda batches: torch.cat([y for _, y in batches])  # noqa: E731
    ours, again = (data.Batches(split, 7, shuffle=True, seed=3) for _ in range(2))
    first, second = order(ours), order(ours)
    assert not torch.equal(first, second)
    assert torch.equal(first.sort().values, split.labels.sort().values)
    assert torch.equal(first, order(again))


def test_batches_are_resized_and_augmented(split):
    from torchvision.transforms.functional import resize

    X, _ = next(iter(data.Batches(split, 4, size=(64, 48), augment=lambda X: X.flip(-1))))
    theirs = resize(split.images[:4, None].float().flip(-1) / 255, [64, 48], antialias=True)
    torch.testing.assert_close(X, theirs)


def test_what_makes_no_batches_is_refused(split):
    with pytest.raises(ValueError, match="batch_size must be at least 1; 0"):
        data.Batches(split, 0)
    with pytest.raises(ValueError, match="no images"):
        data.Batches(split.take(torch.tensor([], dtype=torch.int64)), 4)


def test_what_is_held_out_is_not_trained_on(split):
    train, validation = data.hold_out(split, 20, seed=1)
    assert (len(train.labels), len(validation.labels)) == (40, 20)
    both = torch.cat([train.images, validation.images]).flatten(1)
    assert torch.equal(both.unique(dim=0), split.images.flatten(1).unique(dim=0))
    with pytest.raises(ValueError, match="from 1 to 59"):
        data.hold_out(split, 60)


@pytest.mark.slow
def test_a_cold_machine_without_network_gets_the_sample_in_a_process_of_its_own(tmp_path):
    code = (
        "from helpers import data; from pathlib import Path; data.DEBIAN = Path('none');"
        "from torchvision.datasets import FashionMNIST; FashionMNIST.mirrors = ['http://127.0.0.1:9/'];"
        "print(repr(data.fashion_mnist()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
    assert "3,000 training and 1,000 test images, a sample" in done.stdout, done.stderr


def test_images_are_mirrored_and_moved_by_whole_pixels(split):
    X = torch.zeros(400, 1, 7, 7)
    X[:, 0, 3, 2] = 1
    changed = data.flips_and_shifts(flips=True, shift=2, seed=4)(X)
    places = changed.flatten(1).argmax(1)
    rows, columns = places // 7, places % 7
    assert changed.sum(dim=(1, 2, 3)).tolist() == [1] * 400
    assert sorted(set(rows.tolist())) == [1, 2, 3, 4, 5]
    assert sorted(set(columns.tolist())) == [0, 1, 2, 3, 4, 5, 6]  # 2 ± 2 and, mirrored, 4 ± 2
    assert torch.equal(changed, data.flips_and_shifts(flips=True, shift=2, seed=4)(X))
    assert torch.equal(data.flips_and_shifts(flips=False, shift=0)(X), X)
    mirrored = data.flips_and_shifts(flips=True, shift=0)(X)[:, 0, 3].argmax(1)
    assert 150 < (mirrored == 4).sum() < 250


def test_on_a_cpu_batches_lie_channels_last_which_changes_no_number():
    split = data.Split(torch.arange(2 * 784).reshape(2, 28, 28).remainder(256).to(torch.uint8), torch.tensor([0, 1]))
    [(X, _)] = data.Batches(split, 2)
    assert torch.equal(X, split.images[:, None].float() / 255)
    assert X.stride() == (784, 1, 28, 1)
