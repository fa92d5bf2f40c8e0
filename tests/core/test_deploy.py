"""What `deploy` holds, as far as it can be checked without containers."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from digits import ROOT

DEPLOY = ROOT / "deploy"


def test_the_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    program = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([program, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


def test_the_dockerfile_copies_what_exists_and_runs_as_no_root() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]


def test_the_compose_file_names_nothing_that_it_does_not_define() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    whole = yaml.safe_load(text)
    services = whole["services"]

    assert {one for service in services.values() for one in service.get("depends_on", ())} <= services.keys()
    assert {one for service in services.values() for one in service["networks"]} == whole["networks"].keys()
    places = [one.partition(":")[0] for service in services.values() for one in service.get("volumes", ())]
    assert {one for one in places if not one.startswith(".")} == whole["volumes"].keys()
    assert [one for one in places if one.startswith(".") and not (DEPLOY / one).exists()] == []


def test_all_that_the_compose_file_asks_for_is_in_the_example_of_settings() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    example = (DEPLOY / "lab.env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^(\w+)=", example, flags=re.MULTILINE)) == asked


def test_systemd_understands_the_unit() -> None:
    if (program := shutil.which("systemd-analyze")) is None:
        pytest.skip("systemd-analyze is absent: the unit is not checked")
    checked = subprocess.run(
        [program, "verify", "--man=no", DEPLOY / "mnist-lab@.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in checked.stderr.splitlines() if "is not executable" not in line]

    assert complaints == []
