"""Install the browser that the tests need: Debian's package as root, else playwright's own.

The shell without windows is the first choice: a page costs half the processor time in it.
"""

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> None:
    if shutil.which(SHELL):
        return
    found = any(shutil.which(name) for name in NAMES)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and shutil.which("apt-get"):
        wanted = (SHELL,) if found else (SHELL, "chromium")
        subprocess.run(["apt-get", "update", "-qq", *PATIENCE], check=False)
        if any(_installed(name) for name in wanted):
            return
    if not found:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


# A machine without network goes on with the browser that it has, soon.
PATIENCE = ("-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10")


def _installed(package: str) -> bool:
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "--no-remove", *PATIENCE]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        [*words, package], check=False, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        print(f"no {package}: {done.stderr.strip().splitlines()[-1:]}")
    return done.returncode == 0


if __name__ == "__main__":
    main()
