import subprocess
import sys

from streamlit.testing.v1 import AppTest

from sera_core import escape
from sera_core.contracts import NOT_A_DEVICE
from sera_core.ui.page import DOORS, open_doors
from sera_core.ui.states import ROOT


def everything(at: AppTest) -> str:
    return " ".join(element.value for kind in ("title", "markdown", "caption", "subheader") for element in at.get(kind))


def test_home_says_what_it_is_and_what_it_is_not(home: AppTest) -> None:
    home.run()
    assert not home.exception
    assert home.title[0].value == "SERA"
    assert NOT_A_DEVICE in everything(home)
    assert "What it is not" in everything(home)


def test_only_pages_that_exist_are_linked(home: AppTest) -> None:
    home.run()
    linked = {link.value for link in home.page_link}
    assert linked == {"Home"} | {door.title for door in DOORS if (ROOT / door.path).is_file()}
    assert {door.title for door in open_doors()} == linked - {"Home"}


def test_home_shows_the_models_or_says_how_to_get_one(home: AppTest) -> None:
    from sera_core.classifiers.store import installed

    home.run()
    shown = everything(home)
    tables = [table.value for table in home.table]
    for card in (status.card for status in installed() if status.card):
        assert escape.markdown(card.trained_on) in shown
        for domain, table in zip(("real", "simulated"), tables, strict=True):
            rows = table[table["Model"] == escape.markdown(card.title)]
            results = [one for one in card.results if one.domain == domain]
            assert len(rows) == bool(results)  # only where it was tried
            for result in results:
                said = rows.iloc[0][
                    f"{result.centre}, n = {result.malignant + result.benign}".replace(" = ", "\xa0=\xa0")
                ]
                assert f"**{result.auc:.2f}**" in said
                assert ("°" in said) == (result.role == "internal")
    if not installed():
        assert "No model is installed" in shown


def test_home_and_the_shell_open_without_torch() -> None:
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "at = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "assert not at.exception\n"
        "heavy = {'torch', 'timm', 'torchvision', 'pytorch_grad_cam'} & set(sys.modules)\n"
        "print('loaded:', sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert "loaded: []" in done.stdout, done.stdout + done.stderr


def test_a_verdict_waits_for_no_library_of_the_report() -> None:
    code = (
        "import sys, sera_core.ui.page, sera_core.ui.diagnose.image, sera_core.ui.diagnose.examination\n"
        "from sera_core.simulate import SAMPLES, render\n"
        "from sera_core.diagnosis import Request, read\n"
        "read(render(SAMPLES['papillary'].case).image, Request())\n"
        "later = {'pandas', 'sqlalchemy', 'fpdf', 'fontTools', 'nbformat', 'scipy.stats'} & set(sys.modules)\n"
        "print('loaded:', sorted(later))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert "loaded: []" in done.stdout, done.stdout + done.stderr
