"""The values for Kubernetes: the chart takes them, and what they make of each user's pod.

The chart is looked for in the folder ADAPTIVE_CHART: ``jupyterhub`` in a checkout of
zero-to-jupyterhub-k8s. There is no cluster: Helm's library renders, and KubeSpawner says what it
would ask for.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import helm_python
import pytest
import yaml
from jupyterhub.objects import Hub, Server
from kubespawner import KubeSpawner
from traitlets.config import Config

from tests.hub.server import SETTINGS

CHART = os.environ.get("ADAPTIVE_CHART", "")
pytestmark = pytest.mark.skipif(not CHART, reason="ADAPTIVE_CHART names no chart: not checked")
VALUES = yaml.safe_load((SETTINGS / "values.yaml").read_text(encoding="utf-8"))


def _chart(folder: Path) -> helm_python.Chart:
    """Return the chart with its schema, as it is in a release."""
    shutil.copytree(CHART, folder)
    schema = yaml.safe_load((folder / "values.schema.yaml").read_text(encoding="utf-8"))
    (folder / "values.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return helm_python.Chart.load(str(folder))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = _chart(tmp_path_factory.mktemp("chart") / "jupyterhub").render(VALUES, name="hub")
    return {Path(name).relative_to("jupyterhub/templates").as_posix(): made[name] for name in made}


def test_the_chart_refuses_what_it_does_not_know(tmp_path):
    """So that it takes the values means something."""
    wrong = {"singleuser": {"storage": {"homeMountPoint": "/"}}}
    with pytest.raises(helm_python.HelmError, match="homeMountPoint"):
        _chart(tmp_path / "jupyterhub").render(wrong, name="hub")


def test_each_pod_has_the_list_of_users(rendered):
    secret = yaml.safe_load(rendered["singleuser/secret.yaml"])
    text = (
        secret.get("stringData", {}).get("passwd")
        or base64.b64decode(secret["data"]["passwd"]).decode()
    )
    assert "anna:x:4001:4001::/home/anna:/bin/bash" in text.splitlines()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Let KubeSpawner believe in a cluster, which it does not ask for anything here."""
    made = {
        "current-context": "nowhere",
        "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
        "clusters": [{"name": "nowhere", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "nobody", "user": {}}],
    }
    (tmp_path / "config").write_text(yaml.safe_dump(made), encoding="utf-8")
    for module in list(sys.modules.values()):
        if getattr(module, "KUBE_CONFIG_DEFAULT_LOCATION", None):
            location = str(tmp_path / "config")
            monkeypatch.setattr(module, "KUBE_CONFIG_DEFAULT_LOCATION", location)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))


def _spawner(name: str, values: dict[str, Any]) -> KubeSpawner:
    """Return a spawner as the chart makes it: with the settings that matter here, and ours."""

    def get_config(key: str, default: Any = None) -> Any:
        found: Any = values
        for part in key.split("."):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        return default if found == {} else found

    module = ModuleType("z2jh")
    module.get_config = get_config  # type: ignore[attr-defined]
    sys.modules["z2jh"] = module
    config = Config()
    storage = values["singleuser"]["storage"]
    home = {"name": "home", "mountPath": storage["homeMountPath"]}
    config.KubeSpawner.volume_mounts = {"home": home} | storage["extraVolumeMounts"]
    config.KubeSpawner.volumes = storage["extraVolumes"]
    config.KubeSpawner.fs_gid = values["singleuser"].get("fsGid")
    config.KubeSpawner.init_containers = [{"name": "block-cloud-metadata", "image": "x"}]
    exec(values["hub"]["extraConfig"]["numbers"], {"c": config})
    user = SimpleNamespace(name=name, id=1, url="/", escaped_name=name, server=Server())
    hub = Hub()
    spawner = KubeSpawner(config=config, user=user, hub=hub, _mock=True)
    spawner.pre_spawn_hook(spawner)
    return spawner


async def _pod(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what KubeSpawner would ask Kubernetes for."""
    made = await _spawner(name, values).get_pod_manifest()
    return dict(made.to_dict())


@pytest.mark.parametrize(("name", "number"), [("instructor", 4000), ("anna", 4001), ("ben", 4002)])
def test_a_user_has_a_number_and_a_home_of_the_user_s_own(rendered, nowhere, name, number):
    values = yaml.safe_load(
        base64.b64decode(yaml.safe_load(rendered["hub/secret.yaml"])["data"]["values.yaml"])
    )
    pod = asyncio.run(_pod(name, values))
    [container] = pod["spec"]["containers"]
    assert container["security_context"]["runAsUser"] == number
    # Else Kubernetes would change who may read the exchange.
    assert not (pod["spec"]["security_context"] or {}).get("fs_group")
    mounts = {one["name"]: one["mount_path"] for one in container["volume_mounts"]}
    assert mounts["exchange"] == "/srv/nbgrader/exchange"
    assert mounts["home"] == f"/home/{name}"
    block, gives = pod["spec"]["init_containers"]
    assert block["name"] == "block-cloud-metadata"
    assert gives["command"][-1] == f"chown {number}:{number} /home/{name} && chmod 700 /home/{name}"
