"""The shim for torchvision, each time in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def fresh(code: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a new interpreter that looks for packages in ``folders`` first."""
    path = os.pathsep.join(str(folder) for folder in (*folders, ROOT))
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )


def package(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(text)


def test_torchvision_timm_and_grad_cam_import_and_work_after_it() -> None:
    """Also from eight threads at once, and a second call changes nothing."""
    ran = fresh(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from sera_core import torch_compat\n"
        "with ThreadPoolExecutor(8) as threads:\n"
        "    found = list(threads.map(lambda _: torch_compat.import_torchvision(), range(8)))\n"
        "declared = len(torch_compat._declared)\n"
        "assert declared <= 1, declared\n"
        "assert torch_compat.import_torchvision() is found[0] and len(set(map(id, found))) == 1\n"
        "assert len(torch_compat._declared) == declared\n"
        "import sys, torch, timm, pytorch_grad_cam, torchvision\n"
        "assert sys.modules['torchvision'] is found[0]\n"
        "import torchvision.models, torchvision.transforms.v2 as transforms\n"
        "assert transforms.Resize(4)(torch.zeros(3, 8, 8)).shape == (3, 4, 4)\n"
        "assert torchvision.models.squeezenet1_1()(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)\n"
    )
    assert ran.returncode == 0, ran.stderr


def test_torchs_compiler_is_imported_only_by_who_calls_it() -> None:
    ran = fresh(
        "import sys\n"
        "from sera_core.torch_compat import import_timm\n"
        "import_timm().create_model('tf_efficientnet_lite0')\n"
        "import torchvision.models\n"
        "from torchvision.ops import roi_align\n"
        "assert not [name for name in sys.modules if name.startswith('torch._dynamo')]\n"
        "from torchvision.ops.roi_align import is_compile_supported\n"
        "from torch._dynamo.utils import is_compile_supported as real\n"
        "assert is_compile_supported('cpu') == real('cpu') and is_compile_supported('meta') == real('meta')\n"
        "assert is_compile_supported.__module__ != real.__module__ == 'torch._dynamo.utils'\n"
    )
    assert ran.returncode == 0, ran.stderr


def test_an_installation_that_works_is_left_alone(tmp_path: Path) -> None:
    package(tmp_path, "torchvision", "fine = True\n")
    ran = fresh(
        "import sys\n"
        "from sera_core import torch_compat\n"
        "assert torch_compat.import_torchvision().fine\n"
        "assert torch_compat._declared == []\n"
        "assert 'torch' not in sys.modules\n",
        tmp_path,
    )
    assert ran.returncode == 0, ran.stderr


def test_any_other_error_is_passed_on(tmp_path: Path) -> None:
    cases = {
        "RuntimeError('the disk is on fire')": "RuntimeError: the disk is on fire",
        "ImportError('no such library')": "ImportError: no such library",
        "RuntimeError('operator other::nms does not exist')": "RuntimeError: operator other::nms does not exist",
    }
    for number, (error, words) in enumerate(cases.items()):
        package(tmp_path / str(number), "torchvision", f"raise {error}\n")
        ran = fresh(
            "from sera_core.torch_compat import import_torchvision; import_torchvision()", tmp_path / str(number)
        )
        assert ran.returncode == 1
        assert ran.stderr.rstrip().endswith(words)


def test_the_missing_operators_are_declared_and_the_import_is_tried_again(tmp_path: Path) -> None:
    """A package that fails as torchvision's wheel does beside a CPU build of torch."""
    package(
        tmp_path,
        "torchvision",
        "import torch\n"
        "from torchvision import half\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{name}')(lambda *boxes: None)\n",
    )
    (tmp_path / "torchvision" / "half.py").write_text("")
    ran = fresh(
        "from sera_core import torch_compat\n"
        "torch_compat.import_torchvision()\n"
        "import torch\n"
        "assert len(torch_compat._declared) == 1\n"
        "assert torch.ops.torchvision.nms.default._schema.arguments[2].name == 'iou_threshold'\n",
        tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
