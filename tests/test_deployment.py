"""The files for Docker say what the cluster on one machine does, and carry nothing that only development needs."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from plixo.cluster import TOPOLOGY
from plixo.settings import Settings

ROOT = Path(__file__).parent.parent

CERTIFICATE = [
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "key.pem",
    "-out",
    "site.pem",
    "-days",
    "2",
    "-subj",
    "/CN=pay.example.test",
]


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(ROOT / "docker-compose.yml"))


def test_the_compose_file_runs_each_part_as_often_as_the_cluster_does() -> None:
    services = compose()["services"]

    runs = {each["command"][1]: each["deploy"]["replicas"] for each in services.values() if "deploy" in each}

    assert runs == {part.value: count for part, count in TOPOLOGY.items()}
    assert all(each["command"][0] == "run" for each in services.values() if "deploy" in each)


def test_every_variable_of_the_compose_file_is_a_setting() -> None:
    told = compose()["x-plixo"]["environment"]

    assert {name.removeprefix("PLIXO_").lower() for name in told} <= set(Settings.model_fields)


def test_our_own_services_have_no_rights_and_a_root_that_cannot_be_written() -> None:
    for name, each in compose()["services"].items():
        if name != "postgres":
            assert each["read_only"], name
            assert each["cap_drop"] == ["ALL"], name
            assert "no-new-privileges:true" in each["security_opt"], name


def test_prometheus_asks_every_part_on_the_port_where_it_tells_its_figures() -> None:
    asked = YAML(typ="safe").load(ROOT / "deploy" / "prometheus.yml")["scrape_configs"][0]["dns_sd_configs"][0]
    told = compose()["x-plixo"]["environment"]

    assert set(asked["names"]) == {part.value for part in TOPOLOGY}
    assert str(asked["port"]) == told["PLIXO_METRICS_PORT"]
    assert not any("9464" in str(each.get("ports")) for each in compose()["services"].values())


def test_the_image_leaves_out_what_only_development_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[<>=\[]", each)[0] for each in project["project"]["optional-dependencies"]["dev"]}
    file = (ROOT / "Dockerfile").read_text()

    assert wanted <= set(re.findall(r"[a-z][a-z-]+", file.partition("uninstall")[2].partition("FROM")[0]))
    assert "\nUSER plixo\n" in file


def test_the_folder_of_the_files_belongs_to_the_user_who_writes_there() -> None:
    file = (ROOT / "Dockerfile").read_text()
    mounted = [each.rpartition(":")[2] for each in compose()["x-plixo"]["volumes"]]

    made = re.search(r"install --directory --owner=plixo \S+ \S+ (\S+)", file)
    home = re.search(r"\nWORKDIR (/var\S+)", file)

    assert made is not None
    assert home is not None
    assert mounted == [made[1]], "Docker gives a new volume to root where the image has no such folder"
    assert f"{home[1]}/{Settings.model_fields['data_dir'].default}" == made[1]
    assert compose()["services"]["redis"]["user"] == "redis", "without rights it cannot become that user by itself"


def test_the_proxys_configuration_is_valid_and_never_logs_a_path(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "haproxy.cfg").read_text()
    assert "option httplog" not in text
    assert not re.search(r"log-format .*%(HU|HP|r|HPO|HQ)\b", text)
    if shutil.which("haproxy") is None:
        pytest.skip("no haproxy on this machine: its configuration is not checked")
    subprocess.run(CERTIFICATE, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "site.pem").write_text((tmp_path / "site.pem").read_text() + (tmp_path / "key.pem").read_text())
    (tmp_path / "haproxy.cfg").write_text(text.replace("/certificates/", f"{tmp_path}/"))

    configured = ["haproxy", "-c", "-f", str(tmp_path / "haproxy.cfg")]
    checked = subprocess.run(configured, check=False, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stderr
